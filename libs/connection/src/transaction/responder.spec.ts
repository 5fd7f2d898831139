import { ERRNO, Loop } from '@webserv/event-loop';
import { FakeDriver, settle } from '@webserv/event-loop/testing';
import type { Caller } from '@webserv/methods';
import { DEFAULT_LIMITS, RequestParser } from '@webserv/request';
import { Reply } from '@webserv/response';
import { FakeSite, locationOf } from '../testing/fake-site.ts';
import { RecordingOutlet } from '../testing/recording-outlet.ts';
import { Stage } from './stage.ts';
import { Transaction, type TransactionOwner } from './transaction.ts';

let driver: FakeDriver;
let loop: Loop;
let site: FakeSite;
let outlet: RecordingOutlet;
let transaction: Transaction;
let over: [number, string][];
let changes: number;
let released: number;

beforeEach(() => {
  driver = new FakeDriver({ seed: 1 });
  loop = Loop.open({ driver, hosted: false });
  site = new FakeSite(loop, driver);
  outlet = new RecordingOutlet((fd) => driver.contentOf(fd) ?? Buffer.alloc(0));
  over = [];
  changes = 0;
  released = 0;
});

afterEach(() => loop.dispose());

const owner: TransactionOwner = {
  respond: () => {},
  responded: (result, place) => void over.push([result, place]),
  fileChanged: () => void changes++,
};

const caller: Caller = {
  remote: '192.0.2.1',
  ends: () => ({ serverAddress: '', remotePort: 0 }),
  secure: null,
  met: null,
  guarded: (work) => work(),
};

function ask(method: 'GET' | 'HEAD' = 'GET'): void {
  const parser = new RequestParser(DEFAULT_LIMITS);
  const bytes = Buffer.from(`${method} /x HTTP/1.1\r\nHost: a\r\n\r\n`);
  parser.feed(bytes, 0, bytes.length);
  outlet.begin({ method });
  transaction = new Transaction(loop, site, parser.head, outlet, locationOf());
  transaction.attach(owner, caller);
  transaction.open();
}

function answer(reply: Reply): void {
  reply.owner = { release: () => void released++ };
  transaction.responder.sendReply(reply, transaction.exchange, site, -1);
}

function run(): void {
  do settle(loop, driver);
  while (outlet.step());
}

const bytesReply = (content: string): Reply => new Reply(200, { kind: 'bytes', bytes: Buffer.from(content) });

function fileReply(content: string): Reply {
  const fd = driver.openFile(content);
  return new Reply(200, { kind: 'file', fd, offset: 0, length: content.length });
}

describe('a responder', () => {
  it('releases a reply once, when all of it has left', () => {
    ask();
    answer(bytesReply('hello'));
    expect([released, over]).toEqual([0, []]);
    run();
    expect([released, over, String(outlet.arrived?.body)]).toEqual([1, [[0, '']], 'hello']);
    expect([transaction.status, transaction.bodySent, transaction.cache]).toEqual([200, 5, 'none']);
  });

  it('releases it once where it is abandoned, and calls nobody back', () => {
    ask();
    answer(bytesReply('hello'));
    transaction.responder.abandon();
    transaction.responder.abandon();
    expect([released, over]).toEqual([1, []]);
  });

  it('reads a small file into memory behind its head: one page, one send', () => {
    ask();
    answer(fileReply('a small file'));
    run();
    expect([String(outlet.arrived?.body), over]).toEqual(['a small file', [[0, '']]]);
    expect(outlet.calls.some((call) => call.startsWith('file'))).toBe(false);
  });

  it('a large file leaves as a span', () => {
    ask();
    answer(fileReply('x'.repeat(100_000)));
    run();
    expect(outlet.calls).toEqual(['head 200', 'file 0 100000', 'end']);
    expect([released, outlet.bodySent]).toEqual([1, 100_000]);
  });

  it('HEAD opens nothing more', () => {
    ask('HEAD');
    answer(fileReply('a small file'));
    run();
    expect([outlet.calls, outlet.arrived?.fields.get('content-length')]).toEqual([['head 200', 'end'], '12']);
    expect(released).toBe(1);
  });

  it('a reply that cannot be encoded becomes a 500, and the cause says so', () => {
    ask();
    const reply = bytesReply('hello');
    reply.headers.append('X-Bad', 'a\r\nb');
    answer(reply);
    run();
    expect([outlet.arrived?.status, over, released]).toEqual([500, [[0, '']], 1]);
    expect([transaction.status, transaction.responder.failed, transaction.cause?.place]).toEqual([
      500,
      true,
      'encode',
    ]);
  });

  it('a client that goes is no success', () => {
    ask();
    answer(bytesReply('hello'));
    outlet.gone = true;
    run();
    expect([over, released]).toEqual([[[-ERRNO.EPIPE, 'send']], 1]);
  });
});

describe('a transaction', () => {
  it('has one line, with what was noted first', () => {
    ask();
    transaction.cut(Stage.METHOD, -ERRNO.ECONNRESET, 'recv', false);
    transaction.cut(Stage.RESPONSE, 0, 'later', true);
    transaction.log();
    transaction.log();
    expect(site.lines).toEqual([
      {
        status: 0,
        bodySent: 0,
        stage: 'method',
        cause: { errno: -ERRNO.ECONNRESET, place: 'recv' },
        requestLine: '',
      },
    ]);
  });

  it('the cause of the answer says more than that it did not arrive', () => {
    ask();
    const reply = bytesReply('no');
    reply.cause = { errno: -ERRNO.EIO, place: 'read' };
    answer(reply);
    transaction.cut(Stage.RESPONSE, -ERRNO.EPIPE, 'send', false);
    expect(transaction.cause?.place).toBe('read');
  });

  it('is as new when it is used again', () => {
    ask();
    answer(bytesReply('hello'));
    run();
    transaction.cut(Stage.RESPONSE, 0, 'noted', true);
    transaction.renew();
    expect([transaction.status, transaction.cause, transaction.faulty, transaction.requestLine]).toEqual([
      0,
      null,
      false,
      '',
    ]);
  });
});
