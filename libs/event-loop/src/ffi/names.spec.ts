import { bytesOfName, nameLength, readName, writeName } from './names.ts';

it.each([
  ['plain.txt', 'plain.txt'],
  ['\xc3\xa9\xf0\x9f\x98\x80', 'é\u{1f600}'],
  ['lat\xe9n.txt', 'lat\udce9n.txt'],
  ['\xef\xbf\xbd', '\ufffd'],
  ['\xef\xbf\xbd\xe9', '\ufffd\udce9'],
  ['\xef\xbb\xbfa\xe9', '\ufeffa\udce9'],
  ['\xed\xb3\xa9', '\udced\udcb3\udca9'],
])('the bytes %j are the name %j', (latin1, name) => {
  const bytes = Buffer.from(latin1, 'latin1');
  expect(readName(bytes, 0, bytes.length)).toBe(name);
  expect(bytesOfName(name).equals(bytes)).toBe(true);
  const written = Buffer.alloc(64);
  expect([writeName(written, name, 3), nameLength(name)]).toEqual([bytes.length, bytes.length]);
  expect(written.subarray(3, 3 + bytes.length).equals(bytes)).toBe(true);
});
