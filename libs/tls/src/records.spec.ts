import { Opening, Records } from './records.ts';

const record = (type: number, length: number): Buffer =>
  Buffer.concat([Buffer.from([type, 3, 3, length >> 8, length & 0xff]), Buffer.alloc(length, 0x61)]);

describe('Records', () => {
  const stream = Buffer.concat([record(22, 517), record(20, 1), record(23, 0), record(23, 16_401)]);

  it.each([1, 2, 3, 4, 5, 6, 521, 522, 523, stream.length])('finds all ends in pieces of %i', (step) => {
    const records = new Records();
    let ends = 0;
    for (let at = 0; at < stream.length; at += step)
      ends += records.scan(stream, at, Math.min(at + step, stream.length));
    expect([ends, records.whole, records.atBoundary]).toEqual([4, 4, true]);
  });

  it.each([1, 4, 5, 6, 521])('is within a record after %i bytes', (count) => {
    const records = new Records();
    expect(records.scan(stream, 0, count)).toBe(0);
    expect(records.atBoundary).toBe(false);
  });

  it.each([
    [22, Opening.TLS],
    [0x47, Opening.TEXT],
    [0x7a, Opening.TEXT],
    [0x80, Opening.OTHER],
    [21, Opening.OTHER],
  ])('knows what begins with %i', (byte, opening) => {
    const records = new Records();
    records.scan(Buffer.from([byte, 0x61]), 0, 2);
    records.scan(Buffer.from([22]), 0, 1);
    expect(records.opening).toBe(opening);
  });
});
