import fc from 'fast-check';
import { HeaderList } from '../fields/header-list.ts';
import { chunkHead, lastChunk } from './chunk.ts';

const ascii = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('chunked framing', () => {
  it.each([
    [1, '1\r\n'],
    [15, 'f\r\n'],
    [16, '10\r\n'],
    [65_536, '10000\r\n'],
    [2 ** 32, '100000000\r\n'],
    [Number.MAX_SAFE_INTEGER, '1fffffffffffff\r\n'],
  ])('a head of %d bytes', (size, expected) => {
    expect(ascii(chunkHead(size))).toBe(expected);
  });

  it('writes the size as the number itself does', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat().filter((n) => n > 0),
        (size) => {
          expect(ascii(chunkHead(size))).toBe(`${size.toString(16)}\r\n`);
        },
      ),
    );
  });

  it('ends without trailers', () => {
    expect(ascii(lastChunk(null)!)).toBe('0\r\n\r\n');
    expect(ascii(lastChunk(new HeaderList())!)).toBe('0\r\n\r\n');
  });

  it('ends with trailers, without those that may not stand there', () => {
    const trailers = new HeaderList().append('Server-Timing', 'db;dur=3').append('Content-Length', '5');
    trailers.append('TRAILER', 'x').append('set-cookie', 'a=b').append('Digest', 'y');
    expect(ascii(lastChunk(trailers)!)).toBe('0\r\nServer-Timing: db;dur=3\r\nDigest: y\r\n\r\n');
  });

  it.each([
    ['X', 'a\r\nb'],
    ['X Y', 'a'],
    ['', 'a'],
  ])('refuses the trailer %j: %j', (name, value) => {
    expect(lastChunk(new HeaderList().append(name, value))).toBeNull();
  });
});
