import { RecordReader, type RecordSink } from '@webserv/cgi';
import type { Random } from '../random.ts';
import { type Answer, answerIn } from '../reference/records.ts';
import { deliver, splitsOf } from '../splits.ts';
import { claim, same, type Target } from '../target.ts';

/** What a reader with little room takes at once. */
const LITTLE = 3;
const END = `${header(3, 8)}\0\0\x01\x02\0\0\0\0`;

/** The records with which an application of FastCGI answers. */
export const application: Target = {
  name: 'application',
  seeds: [
    `${header(6, 5)}a: b\n${header(6, 0)}${END}`,
    `${header(7, 3, 5)}errxxxxx${header(6, 2)}ab${END}`,
    `${header(10, 4).replace('\x01\x0a\0\x01', '\x01\x0a\0\0')}none${header(6, 1)}a`,
    `${header(6, 400)}${'x'.repeat(200)}`,
    `${END}${END}`,
  ],
  words: [header(6, 0), header(6, 4), header(7, 4), header(3, 8), END, '\x02', '\0\x02', '\xff\xff', '\0\0'],
  generate,
  run(input) {
    const expected = answerIn(input);
    for (const parts of splitsOf(input)) {
      for (const room of [Number.POSITIVE_INFINITY, LITTLE])
        same(read(parts, room), expected, 'another answer');
    }
  },
};

function header(type: number, length: number, padding = 0, id = 1): string {
  return String.fromCharCode(1, type, id >> 8, id & 0xff, length >> 8, length & 0xff, padding, 0);
}

/** Records in any order: most are sound, and few are cut, too long or of another request. */
function generate(random: Random): string {
  let text = '';
  for (let count = random.below(6); count >= 0; count--) {
    const type = [6, 6, 6, 7, 3, random.below(12)][random.below(6)] ?? 6;
    const length = type === 3 && random.below(4) > 0 ? 8 : random.below(20);
    const padding = random.below(3) === 0 ? random.below(9) : 0;
    const id = random.below(8) === 0 ? random.below(3) : 1;
    const off = random.below(8) === 0 ? random.below(5) - 2 : 0;
    text += header(type, length, padding, id) + 'x'.repeat(Math.max(0, length + padding + off));
  }
  return text;
}

/** Takes at most `room` bytes of output at once, and asks again. */
class Listener implements RecordSink {
  out = '';
  err = '';
  closed = 0;
  end: readonly [number, number] | null = null;
  private readonly room: number;

  constructor(room: number) {
    this.room = room;
  }

  stdout(bytes: Buffer, start: number, end: number): number {
    const taken = Math.min(this.room, end - start);
    this.out += bytes.toString('latin1', start, start + taken);
    return taken;
  }

  stdoutEnded(): void {
    this.closed++;
  }

  stderr(bytes: Buffer, start: number, end: number): void {
    this.err += bytes.toString('latin1', start, end);
  }

  ended(status: number, protocol: number): void {
    claim(this.end === null, 'a request that ends twice');
    this.end = [status, protocol];
  }
}

function read(parts: readonly Buffer[], room: number): Answer {
  const reader = new RecordReader();
  const listener = new Listener(room);
  let used = 0;
  deliver(parts, (bytes, start, end) => {
    for (let at = start; at < end; ) {
      const taken = reader.feed(bytes, at, end, listener);
      claim(taken >= 0 && at + taken <= end, 'more is used than there was');
      used += taken;
      if (reader.error !== '' || reader.over) {
        claim(reader.feed(bytes, at + taken, end, listener) === 0, 'it goes on behind its end');
        return false;
      }
      claim(taken > 0, 'nothing is used, and nothing is wrong');
      at += taken;
    }
    return true;
  });
  const { out, err, closed, end } = listener;
  claim(reader.over === (end !== null), 'an end without its call, or the reverse');
  return { stdout: out, stderr: err, closed, end, sound: reader.error === '', used };
}
