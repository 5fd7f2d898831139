import fc from 'fast-check';
import { read } from '../../testing/read-form.ts';

/** Content made of what boundaries are made of, so that near misses are the rule. */
const content = fc
  .array(
    fc.constantFrom('\r', '\n', '-', '--', '\r\n', '\r\n--', '\r\n--bo', 'b', 'o', 'undary', 'x', '\0', 'ÿ'),
    {
      maxLength: 24,
    },
  )
  .map((words) => words.join(''))
  .filter((text) => !`\r\n${text}`.includes('\r\n--boundary'));

const anyParts = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b c', 'd;e', 'f=g'),
    filename: fc.option(fc.constantFrom('', 'x.txt', 'a b.png'), { nil: null }),
    content,
  }),
  { maxLength: 6 },
);

function encode(parts: readonly { name: string; filename: string | null; content: string }[]): Buffer {
  const text = parts.map(({ name, filename, content: body }) => {
    const file = filename === null ? '' : `; filename="${filename}"`;
    return `--boundary\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${body}\r\n`;
  });
  return Buffer.from(`${text.join('')}--boundary--\r\n`, 'latin1');
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  pieces.push(bytes.subarray(at));
  return pieces;
}

describe('properties', () => {
  it('gives back what was put in, however it is cut', () => {
    fc.assert(
      fc.property(anyParts, fc.array(fc.nat(40)), (parts, sizes) => {
        const form = read(cut(encode(parts), sizes), 'boundary');
        expect(form.error).toBe('');
        expect(form.complete).toBe(true);
        expect(form.parts.map(({ ended: _ended, ...rest }) => rest)).toEqual(parts);
      }),
      { numRuns: 1000 },
    );
  });

  it('says the same of any bytes, whole or cut', () => {
    const noise = fc
      .array(
        fc.constantFrom(
          '--boundary',
          '--boundary--',
          '\r\n',
          '\r',
          ' ',
          'Content-Disposition: form-data; name=a',
          'x',
          ':',
          '-',
        ),
        {
          maxLength: 30,
        },
      )
      .map((words) => Buffer.from(words.join(''), 'latin1'));
    fc.assert(
      fc.property(noise, fc.array(fc.nat(12)), (bytes, sizes) => {
        expect(read(cut(bytes, sizes), 'boundary')).toEqual(read([bytes], 'boundary'));
      }),
      { numRuns: 1500 },
    );
  });
});
