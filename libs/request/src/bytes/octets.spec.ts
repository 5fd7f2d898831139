import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { bytesOfText, holdsRawBytes, replaceRawBytes, textOfBytes } from './octets.ts';

describe('names as text', () => {
  it.each([
    ['plain.txt', 'plain.txt'],
    ['', ''],
    ['\xc3\xa9', 'é'],
    ['\xf0\x9f\x98\x80', '\u{1f600}'],
    ['lat\xe9n.txt', 'lat\udce9n.txt'],
    ['\xc3', '\udcc3'],
    ['\x80\xff', '\udc80\udcff'],
    ['\xc0\xaf', '\udcc0\udcaf'],
    ['\xed\xb3\xa9', '\udced\udcb3\udca9'],
    ['\xe2\x82\xc3\xa9', '\udce2\udc82é'],
    ['\xf0\x9f\x98', '\udcf0\udc9f\udc98'],
  ])('the bytes %j are the text %j, and it is them', (bytes, text) => {
    const buffer = Buffer.from(bytes, 'latin1');
    expect(textOfBytes(buffer)).toBe(text);
    expect(buffer.equals(bytesOfText(text))).toBe(true);
    expect(holdsRawBytes(text)).toBe(!isUtf8(buffer));
  });

  it('every name comes back as the bytes that it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (list) => {
        const bytes = Buffer.from(list);
        return bytes.equals(bytesOfText(textOfBytes(bytes)));
      }),
      { numRuns: 5000 },
    );
  });

  it('a pair of surrogates is one character, and no byte', () => {
    expect(holdsRawBytes('\u{1f4a9}')).toBe(false);
    expect(replaceRawBytes('a\udce9\u{1f4a9}', (byte) => `<${byte}>`)).toBe('a<233>\u{1f4a9}');
  });
});

it('UTF-8 is what the platform takes for it', () => {
  const strict = new TextDecoder('utf-8', { fatal: true });
  const isValid = (bytes: Uint8Array): boolean => {
    try {
      strict.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  const edges = fc.constantFrom(
    0x00,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc0,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xe1,
    0xec,
  );
  const more = fc.constantFrom(0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff);
  fc.assert(
    fc.property(fc.array(fc.oneof(edges, edges, more), { maxLength: 5 }), (list) => {
      const bytes = Buffer.from(list);
      return holdsRawBytes(textOfBytes(bytes)) !== isValid(bytes);
    }),
    { numRuns: 10_000 },
  );
});
