import fc from 'fast-check';
import { ChunkedOutput } from './chunked-output.ts';

/** The content of an output that comes in pieces of these sizes, the last one over and over; null where it is malformed. */
function unwrapped(text: string, sizes: readonly number[]): { content: string; done: boolean } | null {
  const chunks = new ChunkedOutput();
  let content = '';
  let at = 0;
  for (let turn = 0; at < text.length && !chunks.done; turn++) {
    const size = sizes[Math.min(turn, sizes.length - 1)] as number;
    // Not at the start of the memory, which a reader may hold.
    const bytes = Buffer.from(`###${text.slice(at, at + size)}`);
    const length = chunks.unwrap(bytes, 3, bytes.length);
    if (length < 0) return null;
    content += bytes.toString('latin1', 3, 3 + length);
    expect(bytes.toString('latin1', 0, 3)).toBe('###');
    at += size;
  }
  return { content, done: chunks.done };
}

it.each([
  ['5\r\nhello\r\n0\r\n\r\n', { content: 'hello', done: true }],
  ['5\r\nhello\r\n6;a="b"\r\n world\r\n0\r\nX: y\r\n\r\n', { content: 'hello world', done: true }],
  ['5\r\nhello\r\n', { content: 'hello', done: false }],
  ['0\r\n\r\nwhat follows', { content: '', done: true }],
  ['hello', null],
  ['5\r\nhellohello', null],
  ['5\nhello\n0\n\n', null],
  ['FFFFFFFFFFFFFFFFFF\r\n', null],
])('%j', (text, expected) => {
  expect(unwrapped(text, [text.length])).toEqual(expected);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), (sizes) => {
      expect(unwrapped(text, sizes)).toEqual(expected);
    }),
  );
});
