import { ERRNO } from '@webserv/event-loop';
import { type Page, USUAL } from '@webserv/pages';
import { Encoded, encodeHead, type HeaderList, notModified, type Reply } from '@webserv/response';
import type { Arrived, Ask } from '../outlet.contract.ts';
import type { Outlet, OutletOwner } from '../outlet.ts';

/** Bytes that are under way before the far end reads. */
const ROOM = 1000;

/** Something that was said: where its bytes come from, and how many they should be. */
interface Said {
  readonly bytes: () => Uint8Array;
  readonly length: number;
  readonly isFile: boolean;
}

/** An outlet that frames nothing: it records the values that are said. They leave when the test calls `step`. */
export class RecordingOutlet implements Outlet {
  owner: OutletOwner | null = null;
  readonly date = 'Sun, 06 Nov 1994 08:49:37 GMT';
  hasBody = false;
  length = 0;
  moving = false;
  progress = 0;
  bodySent = 0;
  /** What the far end has, since `begin`. */
  arrived: Arrived | null = null;
  /** Calls, in order. */
  readonly calls: string[] = [];
  aborted = false;
  stopped = false;
  gone = false;
  private readonly contentOf: (fd: number) => Uint8Array;
  private method: Ask['method'] = 'GET';
  private waiting: Arrived | null = null;
  private readonly said: Said[] = [];
  private body: Buffer[] = [];
  private trailers: HeaderList | null = null;
  private ended = false;

  /** @param contentOf the content of an open file */
  constructor(contentOf: (fd: number) => Uint8Array = () => Buffer.alloc(0)) {
    this.contentOf = contentOf;
  }

  /** A request was read. */
  begin({ method }: Ask): void {
    this.method = method;
    this.arrived = null;
  }

  page(page: Page, answer: 'page' | 'not-modified', _shared: boolean): boolean {
    if (answer === 'not-modified') {
      if (!this.head(notModified(page.reply.headers))) return false;
    } else {
      if (!this.head(page.reply)) return false;
      if (this.hasBody) this.say(page.content);
    }
    this.end(null);
    return true;
  }

  head(reply: Reply): boolean {
    const { status, headers } = reply;
    this.calls.push(`head ${status}`);
    const encoded = new Encoded();
    // The rules of fields and of bodies are not the recorder's to repeat.
    if (encodeHead(reply, { ...USUAL, method: this.method, date: this.date }, encoded) === null) return false;
    this.hasBody = encoded.framing !== 'none';
    this.length = encoded.contentLength;
    this.progress = 0;
    this.bodySent = 0;
    this.body = [];
    this.trailers = null;
    this.ended = false;
    const fields = new Map<string, string>();
    for (let index = 0; index < headers.count; index++) {
      fields.set(headers.nameAt(index).toLowerCase(), headers.valueAt(index));
    }
    const { body } = reply;
    const length = body.kind === 'bytes' ? body.bytes.length : body.kind === 'empty' ? 0 : body.length;
    if (length >= 0 && status !== 304) fields.set('content-length', String(length));
    this.waiting = { status, fields, body: Buffer.alloc(0), trailers: new Map(), whole: false };
    return true;
  }

  piece(bytes: Uint8Array): void {
    this.calls.push(`piece ${bytes.length}`);
    this.say(bytes);
    this.moving = true;
  }

  file(fd: number, offset: number, length: number): void {
    this.calls.push(`file ${offset} ${length}`);
    const bytes = (): Uint8Array => this.contentOf(fd).subarray(offset, offset + length);
    this.said.push({ bytes, length, isFile: true });
    this.moving = true;
  }

  end(trailers: HeaderList | null): void {
    this.calls.push('end');
    this.trailers = trailers;
    this.ended = true;
    // The end of an announced length needs nothing more to be sent.
    if (this.waiting !== null || this.said.length > 0 || this.length < 0) this.moving = true;
  }

  flush(): void {
    if (this.waiting === null) return;
    this.calls.push('flush');
    this.moving = true;
  }

  withdraw(): void {
    this.calls.push('withdraw');
    // A head that moves cannot be taken back, but the piece behind it can.
    if (!this.moving) this.waiting = null;
    if (!this.moving || this.waiting !== null) this.said.length = 0;
  }

  abort(): void {
    this.calls.push('abort');
    this.aborted = true;
    this.moving = false;
    this.said.length = 0;
  }

  /** What was said leaves, as far as there is room; then the speaker is called back. @returns whether anything has */
  step(): boolean {
    if (!this.moving) return false;
    if (this.gone) return this.fail(-ERRNO.EPIPE, 'send');
    if (this.waiting !== null) {
      this.arrived = this.waiting;
      this.waiting = null;
      this.progress++;
    }
    for (let said = this.said[0]; said !== undefined; said = this.said[0]) {
      const bytes = Buffer.from(said.bytes());
      if (this.stopped && bytes.length > ROOM) {
        this.bodySent = ROOM;
        this.progress = ROOM;
        return false;
      }
      this.said.shift();
      this.body.push(bytes);
      this.bodySent = this.body.reduce((sum, { length }) => sum + length, 0);
      this.progress = this.bodySent;
      if (said.isFile && bytes.length < said.length) {
        return this.fail(-ERRNO.EIO, 'sendfile: the file became shorter');
      }
    }
    this.arrive();
    this.moving = false;
    this.owner?.moved();
    return true;
  }

  private say(bytes: Uint8Array): void {
    this.said.push({ bytes: () => bytes, length: bytes.length, isFile: false });
  }

  private arrive(): void {
    const { arrived } = this;
    if (arrived === null) return;
    const body = Buffer.concat(this.body);
    const trailers = new Map<string, string>();
    for (let index = 0; index < (this.trailers?.count ?? 0); index++) {
      trailers.set(this.trailers?.nameAt(index).toLowerCase() ?? '', this.trailers?.valueAt(index) ?? '');
    }
    const whole = !this.hasBody || (this.length < 0 ? this.ended : body.length === this.length);
    this.arrived = { ...arrived, body, trailers, whole };
  }

  private fail(errno: number, place: string): boolean {
    this.moving = false;
    this.said.length = 0;
    this.owner?.broken(errno, place);
    return true;
  }
}
