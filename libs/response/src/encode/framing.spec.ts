import fc from 'fast-check';
import { type Body, EMPTY, partsBody } from '../reply/body.ts';
import { IterableSource } from '../testing/iterable-source.ts';
import { type Framing, framing, type Version } from './framing.ts';

const stream = (length: number): Body => ({ kind: 'stream', source: new IterableSource([]), length });
const bodies: Record<string, Body> = {
  empty: EMPTY,
  bytes: { kind: 'bytes', bytes: Buffer.from('abc') },
  file: { kind: 'file', fd: 3, offset: 0, length: 10 },
  parts: partsBody([{ kind: 'bytes', bytes: Buffer.from('abc') }]),
  stream: stream(-1),
  'stream of 5': stream(5),
  unsent: { kind: 'unsent', length: 5 },
};

const table: Array<[string, Version, number, string, Framing]> = [
  ['GET', 11, 200, 'empty', 'length'],
  ['GET', 11, 200, 'bytes', 'length'],
  ['GET', 10, 200, 'file', 'length'],
  ['GET', 11, 206, 'parts', 'length'],
  ['GET', 11, 200, 'stream', 'chunked'],
  ['GET', 10, 200, 'stream', 'until-close'],
  ['GET', 10, 200, 'stream of 5', 'length'],
  ['HEAD', 11, 200, 'bytes', 'none'],
  ['HEAD', 11, 200, 'stream', 'none'],
  ['HEAD', 10, 404, 'stream', 'none'],
  ['GET', 11, 100, 'bytes', 'none'],
  ['GET', 11, 103, 'empty', 'none'],
  ['DELETE', 11, 204, 'empty', 'none'],
  ['DELETE', 11, 204, 'stream', 'none'],
  ['GET', 11, 304, 'unsent', 'none'],
  ['POST', 11, 205, 'bytes', 'length'],
  ['POST', 11, 205, 'stream', 'length'],
  ['CONNECT', 11, 200, 'empty', 'none'],
  ['CONNECT', 11, 501, 'bytes', 'length'],
  ['get', 11, 200, 'bytes', 'length'],
];

describe('framing', () => {
  it.each(table)('%s over HTTP/%i, status %i, body %s: %s', (method, version, status, body, expected) => {
    expect(framing(method, version, status, bodies[body]!)).toBe(expected);
  });

  it('is total, never chunks to a 1.0 client and never follows a message without content', () => {
    const any = fc.record({
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE', 'CONNECT', 'OPTIONS'),
      version: fc.constantFrom<Version>(10, 11),
      status: fc.integer({ min: 100, max: 599 }),
      body: fc.constantFrom(...Object.values(bodies)),
    });
    fc.assert(
      fc.property(any, ({ method, version, status, body }) => {
        const result = framing(method, version, status, body);
        expect(['none', 'length', 'chunked', 'until-close']).toContain(result);
        if (version === 10) expect(result).not.toBe('chunked');
        else expect(result).not.toBe('until-close');
        if (method === 'HEAD' || status < 200 || status === 204 || status === 304)
          expect(result).toBe('none');
      }),
    );
  });
});
