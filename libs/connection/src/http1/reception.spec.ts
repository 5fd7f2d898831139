import { Loop } from '@webserv/event-loop';
import { FakeDriver } from '@webserv/event-loop/testing';
import { type Intake, type IntakeClient, MemoryLedger } from '@webserv/methods';
import { DEFAULT_LIMITS, type RequestError, RequestParser } from '@webserv/request';
import * as fc from 'fast-check';
import { Reception, type ReceptionOwner } from './reception.ts';

/** An intake that pauses behind every piece that `pauses` says, and an owner that has nothing more to send at the end. */
class Scene implements ReceptionOwner, Intake {
  readonly wantsBody = true;
  readonly reception: Reception;
  readonly taken: Buffer[] = [];
  finished = false;
  aborted = false;
  behind = '';
  error: RequestError | null = null;
  wanted = 0;
  client: IntakeClient | null = null;
  paused = false;
  private readonly pauses: readonly boolean[];
  private readonly loop = Loop.open({ driver: new FakeDriver({ seed: 1 }), hosted: false });

  constructor(head: string, pauses: readonly boolean[] = []) {
    this.pauses = pauses;
    this.reception = new Reception(this.loop, DEFAULT_LIMITS, this);
    const parser = new RequestParser(DEFAULT_LIMITS);
    const bytes = Buffer.from(`POST / HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n`);
    parser.feed(bytes, 0, bytes.length);
    this.reception.begin(parser.head, Number.POSITIVE_INFINITY, new MemoryLedger(1 << 20));
    this.reception.attach(this);
  }

  /** Gives all of `text` in pieces of these lengths, resuming the intake wherever it pauses. */
  feed(text: string, lengths: readonly number[]): void {
    let at = 0;
    for (let turn = 0; at < text.length && this.error === null; turn++) {
      const end = Math.min(text.length, at + (lengths[turn % lengths.length] ?? text.length));
      // Memory of its own: what is received is lent, and pieces are brought together in it.
      this.reception.feed(Buffer.from(text.slice(at, end), 'latin1'), 0, end - at);
      while (this.paused) {
        this.paused = false;
        this.client?.resume();
      }
      at = end;
    }
  }

  close(): void {
    this.loop.dispose();
  }

  resumed(): void {}

  receiveMore(): void {
    this.wanted++;
  }

  bodyWhole(bytes: Buffer, start: number, end: number): void {
    this.behind = bytes.toString('latin1', start, end);
  }

  bodyBroken(error: RequestError | null): void {
    this.error = error;
  }

  answer(): void {}

  open(client: IntakeClient): void {
    this.client = client;
  }

  take(bytes: Buffer, start: number, end: number): boolean {
    this.taken.push(Buffer.from(bytes.subarray(start, end)));
    this.paused = this.pauses[(this.taken.length - 1) % this.pauses.length] ?? false;
    return !this.paused;
  }

  finish(): void {
    this.finished = true;
  }

  abort(): void {
    this.aborted = true;
  }
}

function chunked(chunks: readonly string[]): string {
  return `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
}

const content = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
  minLength: 1,
  maxLength: 40,
});

it('gives on every byte of a chunked body once, in order, however it is cut and wherever the intake pauses', () => {
  fc.assert(
    fc.property(
      fc.array(content, { minLength: 1, maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
      (chunks, lengths, pauses) => {
        const scene = new Scene('Transfer-Encoding: chunked', pauses);
        scene.feed(chunked(chunks), lengths);
        expect(Buffer.concat(scene.taken).toString('latin1')).toBe(chunks.join(''));
        expect([scene.finished, scene.aborted, scene.reception.whole]).toEqual([true, false, true]);
        expect(scene.reception.received).toBe(chunks.join('').length);
        scene.close();
      },
    ),
  );
});

it('calls the intake for what a receive has brought, not for each chunk of it', () => {
  const scene = new Scene('Transfer-Encoding: chunked');
  scene.feed(chunked(Array.from({ length: 10_000 }, () => 'x')), [60_000]);
  expect(scene.taken.map(({ length }) => length)).toEqual([10_000]);
  scene.close();
});

it('gives on no more than 16 KiB and a piece at once', () => {
  const scene = new Scene('Transfer-Encoding: chunked');
  scene.feed(chunked(Array.from({ length: 50 }, () => 'y'.repeat(1_000))), [60_000]);
  expect(scene.taken.map(({ length }) => length)).toEqual([17_000, 17_000, 16_000]);
  scene.close();
});

it.each([[[true]], [[false]]])('tells what lies behind the body, pauses %j', (pauses) => {
  const scene = new Scene('Content-Length: 5', pauses);
  scene.feed('helloGET / HTTP/1.1', [100]);
  expect([Buffer.concat(scene.taken).toString(), scene.behind]).toEqual(['hello', 'GET / HTTP/1.1']);
  scene.close();
});

it('gives up what was gathered before an error, and the intake', () => {
  const scene = new Scene('Transfer-Encoding: chunked');
  scene.feed('1\r\nx\r\nno size\r\n', [100]);
  expect([scene.taken, scene.aborted, scene.error?.status]).toEqual([[], true, 400]);
  scene.close();
});

it('throws away what nobody wants, and counts it', () => {
  const scene = new Scene('Transfer-Encoding: chunked');
  scene.reception.abort();
  scene.feed(chunked(['a', 'bc', 'def']), [3]);
  expect([scene.taken, scene.reception.discarded, scene.reception.whole]).toEqual([[], 6, true]);
  scene.close();
});

it('lends less room for a chunked body, which costs more to take apart', () => {
  const room = { memory: { bytes: Buffer.alloc(0), address: 0, size: 1 << 20 }, offset: 7, length: 1 << 20 };
  const lengths = ['Transfer-Encoding: chunked', 'Content-Length: 5000000'].map((head) => {
    const scene = new Scene(head);
    Object.assign(scene, { room: () => room });
    const { offset, length } = scene.reception.room() ?? { offset: 0, length: 0 };
    scene.close();
    return [offset, length];
  });
  expect(lengths).toEqual([
    [7, 128 << 10],
    [7, 1 << 20],
  ]);
});
