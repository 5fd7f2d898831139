import { FormStatus, isBoundary, MultipartParser } from '@webserv/methods';
import type { Random } from '../random.ts';
import { type FormPart, readForm } from '../reference/form.ts';
import { deliver, splitsOf } from '../splits.ts';
import { claim, same, type Target } from '../target.ts';

const FIELD = 'Content-Disposition: form-data; name="a"';
const FILE = 'Content-Disposition: form-data; name="f"; filename="x.txt"\r\nContent-Type: text/plain';

/** Forms: the boundary on the first line, then the body. */
export const multipart: Target = {
  name: 'multipart',
  seeds: [
    `X\n--X\r\n${FIELD}\r\n\r\nhello\r\n--X--\r\n`,
    `X\n--X\r\n${FILE}\r\n\r\n\r\n--X \t\r\n${FIELD}\r\n\r\n--X\r\n--X--`,
    `a--b\npreamble\r\n--a--b\r\n${FIELD}\r\n\r\n\r\n--a--\r\n--a--b--epilogue`,
    `X\n--X\r\ncontent-disposition: form-data; name*=utf-8''%e2%82%ac; name="\\"q\\""\r\n\r\nv\r\n--X--`,
  ],
  words: [
    '--X',
    '\r\n--X',
    '--X--',
    '\r\n',
    '\r',
    '\n',
    '--',
    '-',
    ' ',
    '\t',
    '\r\n\r\n',
    FIELD,
    FILE,
    'Content-Disposition: ',
    'form-data',
    '; name="',
    '; filename="',
    "; filename*=utf-8''",
    '"',
    '\\"',
    '%22',
    '\xe2\x82\xac',
    'X\n',
  ],
  generate,
  run(input) {
    const end = input.indexOf('\n');
    const boundary = input.toString('latin1', 0, Math.max(0, end));
    if (!isBoundary(boundary)) return;
    const body = Buffer.from(input.subarray(end + 1));
    const seen = splitsOf(body).map((parts) => read(parts, boundary));
    for (const other of seen) same(other, seen[0], 'another split, another form');
    judge(body.toString('latin1'), boundary, seen[0] as Seen);
  },
};

function generate(random: Random): string {
  const boundary = random.pick(['X', 'a--b', '-', '--', "'()+_,-./:=? z"]);
  const contents = [
    '',
    '\r\n',
    '\r\n-',
    `\r\n--${boundary.slice(0, -1)}`,
    `--${boundary}`,
    '\r',
    'x',
    '\r\r\n',
  ];
  let text = `${boundary}\n${random.once(4) ? 'preamble\r\n' : ''}`;
  for (let left = random.below(5); left > 0; left--) {
    text += `--${boundary}${random.once(4) ? ' ' : ''}\r\n${random.pick([FIELD, FILE])}\r\n\r\n`;
    for (let more = random.below(4); more > 0; more--) text += random.pick(contents);
    text += '\r\n';
  }
  return `${text}--${boundary}--${random.once(3) ? '\r\nepilogue' : ''}`;
}

/** An extended name may hold characters that no quoted string can hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters
const UNWRITABLE = /[\0-\x09\x0b\x0c\x0e-\x1f\x7f]/;

interface Seen {
  readonly parts: readonly (FormPart & { readonly ended: boolean })[];
  readonly complete: boolean;
  readonly error: string;
}

function read(pieces: readonly Buffer[], boundary: string): Seen {
  const parser = new MultipartParser(boundary);
  const parts: { name: string; filename: string | null; content: string; ended: boolean }[] = [];
  let failed = false;
  deliver(pieces, (bytes, start, end) => {
    let at = start;
    for (;;) {
      const status = parser.feed(bytes, at, end);
      claim(parser.consumed >= at && parser.consumed <= end, 'consumed lies outside of what was fed');
      at = parser.consumed;
      const last = parts.at(-1);
      if (status === FormStatus.PART) {
        claim(parser.part !== null, 'a part without a head');
        parts.push({ name: parser.part.name, filename: parser.part.filename, content: '', ended: false });
      } else if (status === FormStatus.DATA) {
        claim(
          last !== undefined && !last.ended && parser.dataEnd > parser.dataStart,
          'content of no part, or none',
        );
        last.content += parser.data.toString('latin1', parser.dataStart, parser.dataEnd);
      } else if (status === FormStatus.PART_END) {
        claim(last !== undefined && !last.ended, 'an end of no part');
        last.ended = true;
      } else {
        claim(status === FormStatus.ERROR || at === end, 'not all was used');
        failed = status === FormStatus.ERROR;
        return !failed;
      }
    }
  });
  claim(failed === (parser.error !== ''), 'an error without words, or the reverse');
  return { parts, complete: parser.complete, error: parser.error };
}

function judge(text: string, boundary: string, seen: Seen): void {
  const expected = readForm(text, boundary);
  if (expected === null) claim(seen.error !== '' && !seen.complete, 'a form that the grammar refuses');
  else if (expected === undefined) claim(!seen.complete, 'a form without an end');
  else {
    claim(seen.complete, `refused, though the grammar accepts it: ${seen.error}`);
    same(
      seen.parts.map(({ ended, ...part }) => part),
      expected,
      'other parts',
    );
    claim(
      seen.parts.every(({ ended }) => ended),
      'a part without an end in a whole form',
    );
    if (seen.parts.every(({ filename }) => !UNWRITABLE.test(filename ?? ''))) {
      same(
        read([Buffer.from(written(seen.parts, boundary), 'latin1')], boundary).parts,
        seen.parts,
        'other parts when written again',
      );
    }
  }
}

/** Writes the form anew, with a boundary that occurs nowhere in its parts. */
function written(parts: readonly FormPart[], boundary: string): string {
  const quote = (text: string): string => Buffer.from(text).toString('latin1').replace(/["\\]/g, '\\$&');
  const heads = parts.map(({ name, filename }) => {
    const encoded =
      filename?.replace(/["\r\n]|%(?=22|0a|0d)/gi, (c) => (c === '%' ? '%' : encodeURIComponent(c))) ?? null;
    return `Content-Disposition: form-data; name="${quote(name)}"${encoded === null ? '' : `; filename="${quote(encoded)}"`}`;
  });
  return `${parts.map(({ content }, i) => `--${boundary}\r\n${heads[i]}\r\n\r\n${content}\r\n`).join('')}--${boundary}--`;
}
