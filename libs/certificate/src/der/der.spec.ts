import { readElement, readElements } from './read.ts';
import { bitString, element, integer, objectIdentifier, sequence, Tag, time } from './write.ts';

describe('DER, written', () => {
  it.each([
    ['a length of one octet', element(Tag.OCTET_STRING, Buffer.alloc(127)).subarray(0, 3), '047f00'],
    ['a length of two octets', element(Tag.OCTET_STRING, Buffer.alloc(128)).subarray(0, 4), '04818000'],
    ['a length of three octets', element(Tag.OCTET_STRING, Buffer.alloc(300)).subarray(0, 4), '0482012c'],
    ['zero', integer(Buffer.from([0])), '020100'],
    ['zero without octets', integer(Buffer.alloc(0)), '020100'],
    ['a number whose first bit is set', integer(Buffer.from([0x80])), '02020080'],
    ['a number with zeros in front', integer(Buffer.from([0, 0, 5])), '020105'],
    ['an object identifier', objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    ['bits', bitString(Buffer.from([0x80]), 7), '03020780'],
    ['an empty sequence', sequence(), '3000'],
  ])('%s', (_, bytes, hex) => {
    expect(bytes.toString('hex')).toBe(hex);
  });

  it.each([
    ['2026-11-27T12:00:00Z', '\x17\x0d261127120000Z'],
    ['2049-12-31T23:59:59Z', '\x17\x0d491231235959Z'],
    ['2050-01-01T00:00:00Z', '\x18\x0f20500101000000Z'],
  ])('the time %s', (iso, text) => {
    expect(time(Date.parse(iso)).toString('latin1')).toBe(text);
  });
});

describe('DER, read', () => {
  it.each([0, 1, 127, 128, 255, 256, 70_000])('what was written, of %d octets', (size) => {
    const bytes = sequence(element(Tag.OCTET_STRING, Buffer.alloc(size, 7)), integer(Buffer.from([9])));
    const elements = readElements(readElement(bytes).contents);
    expect(elements.map(({ tag }) => tag)).toEqual([Tag.OCTET_STRING, Tag.INTEGER]);
    expect(elements[0]?.contents.equals(Buffer.alloc(size, 7))).toBe(true);
    expect(elements[1]?.contents.toString('hex')).toBe('09');
  });

  it.each(['', '30', '3080', '3081', '3085ffffffffff', '3003aabb', '3084ffffffff'])('refuses %j', (hex) => {
    expect(() => readElement(Buffer.from(hex, 'hex'))).toThrow('DER');
  });
});
