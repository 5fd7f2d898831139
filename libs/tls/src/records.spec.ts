import { Opening, Records } from './records.ts';

const record = (type: number, length: number): Buffer =>
  Buffer.concat([Buffer.from([type, 3, 3, length >> 8, length & 0xff]), Buffer.alloc(length, 0x61)]);

describe('Records', () => {
  const stream = Buffer.concat([record(22, 517), record(20, 1), record(23, 0), record(23, 16_401)]);

  it.each([1, 2, 3, 4, 5, 6, 521, 522, 523, stream.length])('finds all ends in pieces of %i', (step) => {
    const records = new Records();
    for (let at = 0; at < stream.length; at += step) {
      const end = Math.min(at + step, stream.length);
      expect(records.scan(stream, at, end, 9)).toBe(end);
    }
    expect([records.whole, records.handshakes, records.atBoundary]).toEqual([4, 1, true]);
  });

  it('reads as many records as it may, and stops at the end of the last', () => {
    const records = new Records();
    const ends = [522, 528, 533, stream.length];
    for (let at = 0, index = 0; index < ends.length; index++) {
      at = records.scan(stream, at, stream.length, 1);
      expect([at, records.atBoundary]).toEqual([ends[index], true]);
    }
  });

  it.each([1, 4, 5, 6, 521])('is within a record after %i bytes', (count) => {
    const records = new Records();
    records.scan(stream, 0, count, 9);
    expect([records.whole, records.atBoundary]).toEqual([0, false]);
  });

  it.each([
    [22, Opening.TLS],
    [0x47, Opening.TEXT],
    [0x7a, Opening.TEXT],
    [0x80, Opening.OTHER],
    [21, Opening.OTHER],
  ])('knows what begins with %i', (byte, opening) => {
    const records = new Records();
    records.scan(Buffer.from([byte, 0x61]), 0, 2, 9);
    records.scan(Buffer.from([22]), 0, 1, 9);
    expect(records.opening).toBe(opening);
  });
});
