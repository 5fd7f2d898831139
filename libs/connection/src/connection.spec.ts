import { Interest, Loop, Memory, Op } from '@webserv/event-loop';
import { FakeDriver, settle } from '@webserv/event-loop/testing';
import { MemoryLedger } from '@webserv/methods';
import { Connection } from './connection.ts';
import { FakeWire } from './testing/fake-wire.ts';

/** A wire that has an operation of its own, as one that encrypts has. */
class OwnWire extends FakeWire {
  readonly own: Op[] = [];

  override complete(op: Op): void {
    this.own.push(op);
  }
}

/** A connection that keeps what comes, and notes its end. */
class Keeper extends Connection {
  readonly endings: number[] = [];
  sends = 0;
  disposals = 0;

  protected received(bytes: Buffer, start: number, end: number): void {
    this.stashMore(bytes, start, end);
    this.receive();
  }

  protected ended(result: number): void {
    this.endings.push(result);
  }

  protected sent(): void {
    this.sends++;
  }

  override expire(): void {
    this.wire.close(this);
  }

  override dispose(): void {
    this.loop.disarm(this.timer);
    this.disposals++;
  }
}

let driver: FakeDriver;
let loop: Loop;
let wire: OwnWire;
let keeper: Keeper;
let memory: MemoryLedger;

beforeEach(() => {
  driver = new FakeDriver({ seed: 1 });
  loop = Loop.open({ driver, hosted: false });
  wire = new OwnWire(loop, driver, { seed: 1, split: 0.5 });
  memory = new MemoryLedger(2000);
  keeper = new Keeper(wire, -1, memory);
  loop.register(keeper, Interest.BOTH);
  keeper.receive();
});

afterEach(() => loop.dispose());

function send(bytes: string): void {
  wire.peer.write(bytes);
  settle(loop, driver);
}

describe('a connection', () => {
  it('hands operations that it does not know to its wire', () => {
    const own = new Op(keeper);
    keeper.complete(own);
    expect([wire.own, keeper.sends, keeper.endings]).toEqual([[own], 0, []]);
  });

  it('keeps copies of lent bytes, and counts them', () => {
    send('some bytes');
    send(' and more');
    expect([String(keeper.backlog), memory.bytes]).toEqual(['some bytes and more', 19]);
    expect([String(keeper.takeBacklog()), keeper.backlog, memory.bytes]).toEqual([
      'some bytes and more',
      null,
      0,
    ]);
  });

  it('keeps none where there is no memory for them', () => {
    expect(keeper.stash(Buffer.alloc(3000), 0, 3000)).toBe(false);
    expect([keeper.backlog, memory.bytes]).toEqual([null, 0]);
  });

  it('reports the end of its client once, and goes on sending', () => {
    wire.peer.end();
    settle(loop, driver);
    keeper.receive();
    wire.send(keeper.sending, Memory.from('answer'), 0, 6);
    settle(loop, driver);
    expect([keeper.endings, keeper.halfClosed, wire.peer.text(), keeper.sends]).toEqual([
      [0],
      true,
      'answer',
      1,
    ]);
  });
});

describe('a connection that lingers', () => {
  it('has said its end, and throws away what comes until its client ends', () => {
    keeper.linger();
    send('not wanted');
    expect([wire.peer.ended, keeper.backlog, keeper.disposals]).toEqual([true, null, 0]);
    wire.peer.end();
    settle(loop, driver);
    expect([keeper.disposals, wire.peer.wasReset]).toEqual([1, false]);
  });

  it('lets go of its backlog', () => {
    send('a backlog');
    keeper.linger();
    expect([keeper.backlog, memory.bytes]).toEqual([null, 0]);
  });

  it('ends after some time', () => {
    keeper.linger(100);
    driver.advance(101);
    settle(loop, driver);
    expect(keeper.disposals).toBe(1);
  });

  it('ends after too many bytes', () => {
    keeper.linger(60_000);
    send('x'.repeat(3 << 20));
    expect(keeper.disposals).toBe(1);
  });

  it('closes at once where its client has ended', () => {
    wire.peer.end();
    settle(loop, driver);
    keeper.linger();
    settle(loop, driver);
    expect(keeper.disposals).toBe(1);
  });
});
