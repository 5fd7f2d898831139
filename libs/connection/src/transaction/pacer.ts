import { type Loop, Timer, Udata } from '@webserv/event-loop';
import type { Page, PageAnswer } from '@webserv/pages';
import type { HeaderList, Reply } from '@webserv/response';
import type { Outlet, OutletOwner } from '../outlet.ts';

const SECOND = 1000;
/** A body leaves in so many parts a second, so that there is a timer for each part, and not for each byte. */
const PARTS = 10;

/** What was said of the body: bytes, or a span of a file. */
type Said =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly fd: number };

/** How fast a body may leave. */
export interface Pace {
  /** Bytes a second, more than 0. */
  readonly limitRate: number;
  /** Bytes that leave before the rate counts. */
  readonly limitRateAfter: number;
}

/**
 * An outlet in front of another one, which passes a body on no faster than a rate. The bytes of one second may leave at
 * once, at the beginning and after a pause. What makes the body is held back as by a slow client.
 */
export class Pacer extends Udata implements Outlet, OutletOwner {
  owner: OutletOwner | null = null;
  private readonly loop: Loop;
  private readonly inner: Outlet;
  private readonly timer = new Timer(this);
  private rate = 0;
  /** Bytes that may leave whatever the rate, and bytes that may leave now. */
  private free = 0;
  private allowed = 0;
  private countedAt = 0;
  /** What was said and is not all passed on: from `at` to `upTo`. */
  private said: Said | null = null;
  private at = 0;
  private upTo = 0;
  private waits = false;
  private waitsSince = 0;
  private waitedMs = 0;

  constructor(loop: Loop, inner: Outlet) {
    super('pacer', -1);
    this.loop = loop;
    this.inner = inner;
  }

  /** A response begins. */
  begin({ limitRate, limitRateAfter }: Pace, owner: OutletOwner): void {
    this.stop();
    this.owner = owner;
    this.inner.owner = this;
    this.rate = limitRate;
    this.free = limitRateAfter;
    this.allowed = limitRate;
    this.countedAt = this.loop.now;
    this.waitedMs = 0;
  }

  /** Nothing of the response leaves any more. */
  stop(): void {
    this.said = null;
    this.goOn();
  }

  /** Milliseconds in which bytes were there that might not leave yet. */
  get waited(): number {
    return this.waits ? this.waitedMs + this.loop.now - this.waitsSince : this.waitedMs;
  }

  get date(): string {
    return this.inner.date;
  }

  get hasBody(): boolean {
    return this.inner.hasBody;
  }

  get length(): number {
    return this.inner.length;
  }

  get moving(): boolean {
    return this.inner.moving || this.said !== null;
  }

  get progress(): number {
    return this.inner.progress;
  }

  get bodySent(): number {
    return this.inner.bodySent;
  }

  page(page: Page, answer: Exclude<PageAnswer, 'other'>, shared: boolean): boolean {
    return this.inner.page(page, answer, shared);
  }

  head(reply: Reply): boolean {
    return this.inner.head(reply);
  }

  piece(bytes: Uint8Array): void {
    this.say({ kind: 'bytes', bytes }, 0, bytes.length);
  }

  file(fd: number, offset: number, length: number): void {
    this.say({ kind: 'file', fd }, offset, length);
  }

  end(trailers: HeaderList | null): void {
    this.inner.end(trailers);
  }

  flush(): void {
    this.inner.flush();
  }

  withdraw(): void {
    this.stop();
    this.inner.withdraw();
  }

  abort(): void {
    this.stop();
    this.inner.abort();
  }

  // ---- the other outlet ----------------------------------------------------------------------------------------

  moved(): void {
    // A head has left alone, and its body still waits.
    if (this.waits) return;
    if (this.said !== null) this.passOn();
    else this.owner?.moved();
  }

  broken(errno: number, place: string): void {
    this.stop();
    this.owner?.broken(errno, place);
  }

  // ---- time ----------------------------------------------------------------------------------------------------

  override expire(): void {
    this.goOn();
    if (this.said !== null) this.passOn();
  }

  /** Never called: it has no operations. */
  complete(): void {}

  private say(said: Said, at: number, length: number): void {
    this.said = said;
    this.at = at;
    this.upTo = at + length;
    this.passOn();
  }

  /** Passes on what may leave now, or waits for a part that is worth a send. */
  private passOn(): void {
    const { said, at } = this;
    if (said === null) return;
    const { now } = this.loop;
    this.allowed = Math.min(this.rate, this.allowed + ((now - this.countedAt) * this.rate) / SECOND);
    this.countedAt = now;
    const left = this.upTo - at;
    const part = Math.min(left, Math.max(1, Math.ceil(this.rate / PARTS)));
    const may = this.free + Math.floor(this.allowed);
    if (may < part) {
      this.wait(((part - this.free - this.allowed) * SECOND) / this.rate);
      return;
    }
    const size = Math.min(left, may);
    const beyond = Math.max(0, size - this.free);
    this.free -= size - beyond;
    this.allowed -= beyond;
    this.at += size;
    if (size === left) this.said = null;
    if (said.kind === 'file') this.inner.file(said.fd, at, size);
    else this.inner.piece(size === said.bytes.length ? said.bytes : said.bytes.subarray(at, at + size));
  }

  private wait(ms: number): void {
    this.waits = true;
    this.waitsSince = this.loop.now;
    // A wait that rounds to nothing would run out again and again while no time passes.
    this.loop.arm(this.timer, Math.max(1, Math.ceil(ms)));
  }

  private goOn(): void {
    if (!this.waits) return;
    this.waitedMs = this.waited;
    this.waits = false;
    this.loop.disarm(this.timer);
  }
}
