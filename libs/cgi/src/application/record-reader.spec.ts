import { Random } from '@webserv/event-loop/testing';
import { header } from '../testing/application.ts';
import { HEADER, RecordType, recordOf } from './record.ts';
import { RecordReader, type RecordSink } from './record-reader.ts';

/** Notes what is told, and takes `room` bytes of output a call. */
class Notes implements RecordSink {
  readonly told: string[] = [];
  out = '';
  err = '';
  room = Number.POSITIVE_INFINITY;

  stdout(bytes: Buffer, start: number, end: number): number {
    const taken = Math.min(this.room, end - start);
    this.out += bytes.toString('latin1', start, start + taken);
    return taken;
  }

  stdoutEnded(): void {
    this.told.push('end of output');
  }

  stderr(bytes: Buffer, start: number, end: number): void {
    this.err += bytes.toString('latin1', start, end);
  }

  ended(status: number, protocol: number): void {
    this.told.push(`ended ${status} ${protocol}`);
  }
}

function padded(type: RecordType, text: string, padding: number): Buffer {
  const record = Buffer.concat([recordOf(type, Buffer.from(text)), Buffer.alloc(padding, 0xaa)]);
  record[6] = padding;
  return record;
}

const END = recordOf(RecordType.END_REQUEST, Buffer.of(0, 0, 1, 2, 0, 9, 9, 9));
const ANSWER = Buffer.concat([
  padded(RecordType.STDERR, 'a line\n', 1),
  padded(RecordType.STDOUT, 'Status: 200\r\n\r\nbody', 255),
  recordOf(RecordType.STDOUT, Buffer.from('more')),
  // An answer to a question about the application itself, which nobody has asked.
  header({ type: 10, id: 0 }),
  recordOf(RecordType.STDOUT),
  END,
]);

it('reads an answer however it is cut', () => {
  for (let cut = 0; cut <= ANSWER.length; cut++) {
    const notes = new Notes();
    const reader = new RecordReader();
    expect(reader.feed(ANSWER, 0, cut, notes)).toBe(cut);
    expect(reader.feed(ANSWER, cut, ANSWER.length, notes)).toBe(ANSWER.length - cut);
    expect([notes.out, notes.err]).toEqual(['Status: 200\r\n\r\nbodymore', 'a line\n']);
    expect(notes.told).toEqual(['end of output', 'ended 258 0']);
    expect([reader.over, reader.atBoundary, reader.error]).toEqual([true, true, '']);
  }
});

it('stops where the sink takes no more, and goes on there', () => {
  const notes = new Notes();
  const reader = new RecordReader();
  notes.room = 3;
  let at = 0;
  while (at < ANSWER.length) {
    const used = reader.feed(ANSWER, at, ANSWER.length, notes);
    expect(used).toBeGreaterThan(0);
    at += used;
  }
  expect([notes.out, notes.told]).toEqual(['Status: 200\r\n\r\nbodymore', ['end of output', 'ended 258 0']]);
});

it('leaves what is behind the end of a request, until the next begins', () => {
  const two = Buffer.concat([END, END]);
  const notes = new Notes();
  const reader = new RecordReader();
  expect(reader.feed(two, 0, two.length, notes)).toBe(END.length);
  reader.begin();
  expect(reader.feed(two, END.length, two.length, notes)).toBe(END.length);
  expect(notes.told).toEqual(['ended 258 0', 'ended 258 0']);
});

it.each<[string, Buffer]>([
  ['version 2', header({ version: 2 })],
  ['a record of request 2', header({ id: 2 })],
  ['a record of type 5', header({ type: RecordType.STDIN })],
  ['a record of type 200', header({ type: 200 })],
  ['an end of 0 bytes', header({ type: RecordType.END_REQUEST, length: 0 })],
  ['an end of 9 bytes', header({ type: RecordType.END_REQUEST, length: 9 })],
])('has an error for %s, and reads no further', (error, bytes) => {
  const reader = new RecordReader();
  const notes = new Notes();
  const all = Buffer.concat([bytes, ANSWER]);
  expect(reader.feed(all, 0, all.length, notes)).toBe(HEADER);
  expect([reader.error, reader.atBoundary, notes.told]).toEqual([error, false, []]);
});

it('survives any bytes, and tells no more output than there was', () => {
  const random = new Random(7);
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(ANSWER);
    for (let change = random.below(4); change >= 0; change--)
      bytes[random.below(bytes.length)] = random.below(256);
    const notes = new Notes();
    const reader = new RecordReader();
    for (let at = 0; at < bytes.length && reader.error === '' && !reader.over; ) {
      const end = Math.min(bytes.length, at + 1 + random.below(40));
      at += reader.feed(bytes, at, end, notes);
    }
    expect(notes.out.length + notes.err.length).toBeLessThanOrEqual(bytes.length);
    expect(notes.told.filter((line) => line.startsWith('ended')).length).toBeLessThanOrEqual(1);
  }
});
