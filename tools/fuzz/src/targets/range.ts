import {
  applyRange,
  type ByteRange,
  bodyLength,
  MAX_RANGES,
  parseRange,
  Reply,
  type Segment,
  type Validators,
} from '@webserv/response';
import { trimBlanks } from '../reference/blanks.ts';
import { claim, same, type Target } from '../target.ts';

const LARGEST = 2_000;
const NOW = Date.UTC(2024, 0, 31);
const CURRENT: Validators = { etag: '"a"', lastModified: NOW - 5_000 };

/** Range: the size of the file on the first line, the field on the second, If-Range on the third if there is one. */
export const range: Target = {
  name: 'range',
  seeds: [
    '100\nbytes=0-9',
    '100\nbytes=-1',
    '100\nbytes=90-',
    '100\nbytes=0-0, 5-9,8-20 ,-10',
    '0\nbytes=0-',
    '0\nbytes=-5',
    '10\nbytes=10-',
    '50\nbytes=1-2,4-5\n"a"',
    '50\nbytes=1-2\nWed, 31 Jan 2024 00:00:00 GMT',
  ],
  words: [
    'bytes=',
    'BYTES=',
    'items=',
    '-',
    ',',
    ' ',
    '\t',
    '0-',
    '-0',
    '-1',
    '0-0',
    '1-0',
    '99999999999999999999',
    ',,',
    '\n',
    '"a"',
    'W/"a"',
  ],
  generate: (random) => {
    const size = random.below(40);
    const specs = Array.from({ length: 1 + random.below(6) }, () => {
      const first = random.once(4) ? '' : String(random.below(size + 3));
      return `${first}-${random.once(4) ? '' : random.below(size + 3)}`;
    });
    return `${size}\nbytes=${specs.join(', ')}`;
  },
  run(input) {
    const [head = '', value = '', ifRange] = input.toString('latin1').split('\n');
    if (!/^\d{1,5}$/.test(head)) return;
    const size = Number(head) % (LARGEST + 1);
    const set = parseRange(value, size);
    const expected = wanted(value, size);
    if (set.kind !== 'ranges') {
      claim(expected === null || expected.size === 0, `${set.kind}, though some bytes are asked for`);
      if (set.kind === 'unsatisfiable')
        claim(expected !== null, 'unsatisfiable, though the grammar refuses it');
    } else {
      claim(expected !== null, 'ranges that the grammar refuses');
      judge(set.ranges, size, expected);
    }
    apply(value, size, ifRange);
  },
};

/** Returns the positions that a Range field asks for (RFC 9110 section 14.1.2); null if a server ignores the field. */
function wanted(value: string, size: number): Set<number> | null {
  const list = /^bytes=(.*)$/i.exec(value)?.[1];
  if (list === undefined) return null;
  const positions = new Set<number>();
  const specs = list
    .split(',')
    .map((spec) => trimBlanks(spec))
    .filter((spec) => spec !== '');
  // No honest client asks for so many ranges, empty ones included.
  if (specs.length === 0 || specs.length > MAX_RANGES || list.split(',').length >= MAX_RANGES * 2)
    return null;
  for (const spec of specs) {
    const [, first, last] = /^(\d*)-(\d*)$/.exec(spec) ?? [];
    if (first === undefined || last === undefined || (first === '' && last === '')) return null;
    if (first !== '' && last !== '' && cap(last) < cap(first)) return null;
    const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
    const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
    for (let at = from; at <= to; at++) positions.add(at);
  }
  return positions;
}

/** No file has so many bytes. Two positions beyond them count as the same. */
function cap(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

function judge(ranges: readonly ByteRange[], size: number, expected: ReadonlySet<number>): void {
  claim(ranges.length > 0 && ranges.length <= MAX_RANGES, 'no ranges, or more than are allowed');
  let total = 0;
  const got = new Set<number>();
  for (const { first, last } of ranges) {
    claim(first >= 0 && first <= last && last < size, 'a range outside of the file');
    total += last - first + 1;
    for (let at = first; at <= last; at++) got.add(at);
  }
  claim(got.size === total, 'ranges that overlap');
  claim(
    got.size === expected.size && [...got].every((at) => expected.has(at)),
    'other bytes than those asked for',
  );
}

/** The reply holds those bytes and says so. */
function apply(value: string, size: number, ifRange: string | undefined): void {
  const bytes = Buffer.from(Array.from({ length: size }, (_none, at) => at % 251));
  const whole = new Reply(200, { kind: 'bytes', bytes });
  const reply = applyRange(whole, value, ifRange, CURRENT, NOW);
  claim([200, 206, 416].includes(reply.status), 'an answer that is none of 200, 206, 416');
  if (reply.status === 206 && ifRange !== undefined) {
    claim(
      ['"a"', new Date(CURRENT.lastModified).toUTCString()].includes(ifRange),
      'a part, though the whole has changed',
    );
  }
  const { body } = reply;
  if (reply.status === 206) {
    const sent = Buffer.concat((body.kind === 'parts' ? body.parts : [body as Segment]).map(bytesOf));
    claim(sent.length === bodyLength(body), 'another length than is announced');
    if (body.kind === 'parts') checkParts(sent.toString('latin1'), bytes);
    else checkPart(reply.headers.get('Content-Range') ?? '', sent, bytes);
  }
  reply.release();
}

function bytesOf(segment: Segment): Uint8Array {
  return segment.kind === 'bytes' ? segment.bytes : Buffer.alloc(0);
}

function checkPart(contentRange: string, sent: Buffer, whole: Buffer): void {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(contentRange);
  claim(match !== null && Number(match[3]) === whole.length, 'a malformed Content-Range');
  same(sent, whole.subarray(Number(match[1]), Number(match[2]) + 1), 'other bytes than Content-Range says');
}

function checkParts(sent: string, whole: Buffer): void {
  const boundary = sent.slice(0, sent.indexOf('\r\n'));
  const parts = sent.split(`${boundary}\r\n`).slice(1);
  for (const part of parts) {
    const [, contentRange = '', content = ''] =
      /^Content-Range: (.*)\r\n\r\n([\s\S]*?)\r\n(?:--[0-9a-f]+--\r\n)?$/.exec(part) ?? [];
    checkPart(contentRange, Buffer.from(content, 'latin1'), whole);
  }
}
