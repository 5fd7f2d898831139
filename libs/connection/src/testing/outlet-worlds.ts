import { Interest, Loop, Op, Udata } from '@webserv/event-loop';
import { FakeDriver, settle } from '@webserv/event-loop/testing';
import { type Page, PageDraft, USUAL } from '@webserv/pages';
import { DEFAULT_LIMITS, RequestParser } from '@webserv/request';
import { Reply } from '@webserv/response';
import { Http1Outlet, type Way } from '../http1/http1-outlet.ts';
import type { Arrived, Ask, OutletWorld } from '../outlet.contract.ts';
import type { Outlet } from '../outlet.ts';
import { locationOf } from './fake-site.ts';
import { FakeWire, type FakeWireOptions } from './fake-wire.ts';
import { RecordingOutlet } from './recording-outlet.ts';

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';

/** A page as the cache has it. */
function pageOf(content: Uint8Array, etag = ''): Page {
  const reply = new Reply(200, { kind: 'unsent', length: content.length });
  if (etag !== '') reply.headers.append('ETag', etag);
  reply.headers.append('Accept-Ranges', 'bytes');
  const draft = PageDraft.of(reply, content.length, { ...USUAL, date: DATE });
  if (draft === null) throw new Error('no page');
  draft.memory.bytes.set(content, draft.headSize);
  return draft.page(locationOf());
}

/** Files in memory, and what both worlds share. */
export abstract class World implements OutletWorld {
  readonly driver = new FakeDriver({ seed: 1 });
  abstract readonly outlet: Outlet;
  abstract readonly wasCut: boolean;
  abstract begin(ask: Ask): void;
  abstract settle(): void;
  abstract stop(): void;
  abstract resume(): void;
  abstract reset(): void;
  abstract arrived(): Arrived | null;

  openFile(content: Uint8Array): number {
    return this.driver.openFile(content);
  }

  shorten(file: number, length: number): void {
    this.driver.resize(file, length);
  }

  page(content: Uint8Array, etag: string): Page {
    return pageOf(content, etag);
  }

  dispose(): void {}
}

/** Values, without a protocol. */
export class RecordingWorld extends World {
  readonly outlet = new RecordingOutlet((fd) => this.driver.contentOf(fd) ?? Buffer.alloc(0));

  get wasCut(): boolean {
    return this.outlet.aborted;
  }

  begin(ask: Ask): void {
    this.outlet.begin(ask);
  }

  settle(): void {
    while (this.outlet.step());
  }

  stop(): void {
    this.outlet.stopped = true;
  }

  resume(): void {
    this.outlet.stopped = false;
  }

  reset(): void {
    this.outlet.gone = true;
  }

  arrived(): Arrived | null {
    return this.outlet.arrived;
  }
}

/** A connection that does nothing but send. */
class Sending extends Udata implements Way {
  readonly sending = new Op(this);
  readonly wire: FakeWire;
  private readonly outlet: Http1Outlet;

  constructor(wire: FakeWire, outlet: Http1Outlet) {
    super('client', -1);
    this.wire = wire;
    this.outlet = outlet;
  }

  complete(op: Op): void {
    this.outlet.complete(op);
  }

  override dispose(): void {
    this.outlet.close();
  }
}

/** HTTP/1.1 on a fake wire, and a reader of its framing. */
export class Http1World extends World {
  readonly outlet = new Http1Outlet();
  private readonly loop = Loop.open({ driver: this.driver, hosted: false });
  private readonly wire: FakeWire;
  private from = 0;
  private method: Ask['method'] = 'GET';

  constructor(options: FakeWireOptions = {}) {
    super();
    this.wire = new FakeWire(this.loop, this.driver, options);
    const connection = new Sending(this.wire, this.outlet);
    this.loop.register(connection, Interest.BOTH);
    this.outlet.attach(connection);
  }

  /** Bytes that have left, ever. */
  get sent(): number {
    return this.wire.sent;
  }

  get wasCut(): boolean {
    return this.wire.peer.wasReset;
  }

  begin({ method }: Ask): void {
    const parser = new RequestParser(DEFAULT_LIMITS);
    const bytes = Buffer.from(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
    parser.feed(bytes, 0, bytes.length);
    this.method = method;
    this.from = this.wire.peer.length;
    this.outlet.begin(parser.head, true, DATE, null);
  }

  settle(): void {
    settle(this.loop, this.driver);
  }

  stop(): void {
    this.wire.peer.stop();
  }

  resume(): void {
    this.wire.peer.resume();
  }

  reset(): void {
    this.wire.peer.reset();
  }

  arrived(): Arrived | null {
    return read(this.wire.peer.text().slice(this.from), this.method);
  }

  override dispose(): void {
    this.loop.dispose();
  }
}

function fieldsOf(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
}

/** Reads one response, one character a byte. */
function read(text: string, method: Ask['method']): Arrived | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [line = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = Number(line.split(' ')[1]);
  const fields = fieldsOf(lines);
  const rest = text.slice(end + 4);
  const of = (body: string, whole: boolean, trailers: ReadonlyMap<string, string> = new Map()): Arrived => ({
    status,
    fields,
    body: Buffer.from(body, 'latin1'),
    trailers,
    whole,
  });
  if (method === 'HEAD' || status === 304) return of(rest, true);
  if (fields.get('transfer-encoding') !== 'chunked') {
    return of(rest, rest.length === Number(fields.get('content-length')));
  }
  let body = '';
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return of(body, false);
    const size = Number.parseInt(rest.slice(at, lineEnd), 16);
    if (size === 0) {
      const trailers = rest
        .slice(lineEnd + 2, -2)
        .split('\r\n')
        .filter((each) => each !== '');
      return of(body, rest.endsWith('\r\n\r\n'), fieldsOf(trailers));
    }
    body += rest.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}
