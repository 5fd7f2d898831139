import { ERRNO, Loop } from '@webserv/event-loop';
import { FakeDriver, passTime } from '@webserv/event-loop/testing';
import {
  type Body,
  type BodySink,
  type BodySource,
  HeaderList,
  Reply,
  type Segment,
} from '@webserv/response';
import { Http1World } from '../testing/outlet-worlds.ts';
import { RecordingOutlet } from '../testing/recording-outlet.ts';
import type { Sender } from './sender.ts';
import { Transmission } from './transmission.ts';

const FILE = Buffer.from('the content of a file');

class Heard implements Sender {
  readonly results: [number, string][] = [];

  transmitted(result: number, place: string): void {
    this.results.push([result, place]);
  }
}

/** A source that answers a pull when the test says, or at once from a list. */
class Source implements BodySource {
  sink: BodySink | null = null;
  pulls = 0;
  private readonly ready: string[];

  constructor(...ready: string[]) {
    this.ready = ready;
  }

  open(sink: BodySink): void {
    this.sink = sink;
  }

  pull(): void {
    this.pulls++;
    const piece = this.ready.shift();
    if (piece === '') this.sink?.end(null);
    else if (piece !== undefined) this.sink?.data(Buffer.from(piece));
  }

  cancel(): void {}
}

function partsOf(parts: readonly Segment[]): Body {
  const length = parts.reduce(
    (sum, part) => sum + (part.kind === 'bytes' ? part.bytes.length : part.length),
    0,
  );
  return { kind: 'parts', parts, length };
}

let outlet: RecordingOutlet;
let heard: Heard;
let driver: FakeDriver;
let loop: Loop;
let transmission: Transmission;

beforeEach(() => {
  outlet = new RecordingOutlet(() => FILE);
  heard = new Heard();
  driver = new FakeDriver({ seed: 1 });
  loop = Loop.open({ driver, hosted: false });
  transmission = new Transmission(loop, outlet, heard);
  outlet.begin({ method: 'GET' });
});

afterEach(() => loop.dispose());

function run(): void {
  while (outlet.step());
}

const bytes = (content: string): Segment => ({ kind: 'bytes', bytes: Buffer.from(content) });
const span = (offset: number, length: number): Segment => ({ kind: 'file', fd: 9, offset, length });

describe('a transmission of segments', () => {
  it.each<[string, Reply, string[], string]>([
    ['of nothing', new Reply(204), ['head 204', 'end'], ''],
    [
      'of bytes',
      new Reply(200, { kind: 'bytes', bytes: Buffer.from('hello') }),
      ['head 200', 'piece 5', 'end'],
      'hello',
    ],
    [
      'of a span',
      new Reply(206, { kind: 'file', fd: 9, offset: 4, length: 7 }),
      ['head 206', 'file 4 7', 'end'],
      'content',
    ],
    [
      'of parts',
      new Reply(206, partsOf([bytes('a'), span(0, 3), bytes(''), bytes('b')])),
      ['head 206', 'piece 1', 'file 0 3', 'piece 1', 'end'],
      'atheb',
    ],
  ])('%s: one after the other, then it is over', (_what, reply, calls, body) => {
    expect(transmission.start(reply)).toBe(true);
    expect(heard.results).toEqual([]);
    run();
    expect([outlet.calls, String(outlet.arrived?.body)]).toEqual([calls, body]);
    expect(heard.results).toEqual([[0, '']]);
  });

  it('says the next segment when the one before has left, and not earlier', () => {
    transmission.start(new Reply(206, partsOf([bytes('a'), bytes('b')])));
    expect(outlet.calls).toEqual(['head 206', 'piece 1']);
    outlet.step();
    expect(outlet.calls).toEqual(['head 206', 'piece 1', 'piece 1']);
  });

  it('HEAD: says nothing of the body', () => {
    outlet.begin({ method: 'HEAD' });
    transmission.start(new Reply(200, { kind: 'file', fd: 9, offset: 0, length: 7 }));
    run();
    expect([outlet.calls, heard.results]).toEqual([['head 200', 'end'], [[0, '']]]);
  });

  it('says nothing where the head is refused', () => {
    const reply = new Reply(200, { kind: 'bytes', bytes: Buffer.from('hello') });
    reply.headers.append('X', 'a\nb');
    expect(transmission.start(reply)).toBe(false);
    run();
    expect([outlet.arrived, heard.results]).toEqual([null, []]);
  });

  it('is over where a file has become shorter', () => {
    transmission.start(new Reply(200, partsOf([span(0, 100), bytes('never')])));
    run();
    expect(heard.results).toEqual([[-ERRNO.EIO, 'sendfile: the file became shorter']]);
  });

  it('is cut wherever the peer goes: what had left is counted, and the sender is called once', () => {
    const body = 'x'.repeat(40);
    const probe = new Http1World();
    probe.begin({ method: 'GET' });
    new Transmission(loop, probe.outlet, heard).start(new Reply(200, partsOf([bytes(body), bytes(body)])));
    probe.settle();
    const total = 80;
    const head = probe.sent - total;
    probe.dispose();
    for (let cutAt = 0; cutAt < head + total; cutAt++) {
      const world = new Http1World({ seed: cutAt, cutAt, split: 0.5 });
      const sender = new Heard();
      world.begin({ method: 'GET' });
      new Transmission(loop, world.outlet, sender).start(new Reply(200, partsOf([bytes(body), bytes(body)])));
      world.settle();
      expect(sender.results).toEqual([[-ERRNO.EPIPE, 'send']]);
      expect(world.outlet.bodySent).toBe(Math.max(0, cutAt - head));
      world.dispose();
    }
  });
});

describe('a transmission of a stream', () => {
  const start = (source: Source, length = -1): void => {
    transmission.start(new Reply(200, { kind: 'stream', source, length }));
  };

  it('says the first piece with the head where it is there at once', () => {
    start(new Source('one', 'two', ''));
    expect(outlet.calls).toEqual(['head 200', 'piece 3']);
    run();
    expect([outlet.calls.slice(2), heard.results]).toEqual([['piece 3', 'end'], [[0, '']]]);
    expect(String(outlet.arrived?.body)).toBe('onetwo');
  });

  it('says the head alone where the source takes its time, and pulls once', () => {
    const source = new Source();
    start(source);
    run();
    expect([outlet.calls, source.pulls]).toEqual([['head 200', 'flush'], 1]);
    source.sink?.data(Buffer.from('late'));
    expect(source.pulls).toBe(1);
    run();
    expect(source.pulls).toBe(2);
  });

  it('hands trailers on', () => {
    const source = new Source('body');
    start(source);
    run();
    const trailers = new HeaderList();
    trailers.append('X-Sum', '1');
    source.sink?.end(trailers);
    run();
    expect([outlet.arrived?.trailers.get('x-sum'), heard.results]).toEqual(['1', [[0, '']]]);
  });

  it.each([
    ['longer', new Source('12345', '6'), 'body longer than announced'],
    ['shorter', new Source('1234', ''), 'body shorter than announced'],
  ])('cuts a body that comes out %s than announced', (_how, source, place) => {
    start(source, 5);
    run();
    expect(heard.results).toEqual([[-ERRNO.EIO, place]]);
    expect(transmission.cause).toEqual({ errno: -ERRNO.EIO, place });
  });

  it('says nothing where the source fails before anything has left', () => {
    const source: BodySource & { sink: BodySink | null } = {
      sink: null,
      open(sink) {
        this.sink = sink;
      },
      pull() {
        this.sink?.fail(-5, 'broken');
      },
      cancel() {},
    };
    transmission.start(new Reply(200, { kind: 'stream', source, length: -1 }));
    run();
    expect([outlet.arrived, heard.results]).toEqual([null, [[-5, 'broken']]]);
  });

  it('a failure waits until what moves has left', () => {
    const source = new Source();
    start(source);
    source.sink?.fail(0, 'broken');
    expect(heard.results).toEqual([]);
    run();
    expect([outlet.arrived?.status, heard.results]).toEqual([200, [[-ERRNO.EIO, 'broken']]]);
  });

  it('counts the time in which nothing was there to be sent', () => {
    const source = new Source();
    start(source);
    passTime(loop, driver, 50);
    // The head moves: the client is to blame for this time.
    expect(transmission.waited).toBe(0);
    run();
    passTime(loop, driver, 100);
    expect(transmission.waited).toBeCloseTo(100, -1);
    source.sink?.data(Buffer.from('late'));
    passTime(loop, driver, 200);
    expect(transmission.waited).toBeCloseTo(100, -1);
  });
});
