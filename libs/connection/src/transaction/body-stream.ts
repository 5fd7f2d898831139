import { ERRNO, type Loop } from '@webserv/event-loop';
import type { BodySink, BodySource, Cause, HeaderList } from '@webserv/response';
import type { Outlet } from '../outlet.ts';
import type { Sender } from './sender.ts';

/**
 * Says a body that is made while it is sent: pull a piece, say it, pull the next. The source is asked only when the piece
 * before has left, so a slow client holds it back.
 *
 *     pulling --data--> moving --moved--> pulling ... --end--> ending --moved--> over
 *     any state --fail--> over, once nothing moves
 */
export class BodyStream implements BodySink {
  /** Why the source cannot complete the body. */
  failure: Cause | null = null;
  private readonly loop: Loop;
  private readonly outlet: Outlet;
  private readonly sender: Sender;
  private source: BodySource | null = null;
  /** Bytes of the body that were said. */
  private said = 0;
  private state: 'pulling' | 'moving' | 'ending' | 'over' = 'moving';
  /** Since when nothing moves, and for how long nothing did before. */
  private quietSince: number;
  private quietMs = 0;

  constructor(loop: Loop, outlet: Outlet, sender: Sender) {
    this.loop = loop;
    this.outlet = outlet;
    this.sender = sender;
    this.quietSince = loop.now;
  }

  /** Milliseconds in which the source had nothing to send. */
  get waited(): number {
    return this.outlet.moving ? this.quietMs : this.quietMs + this.loop.now - this.quietSince;
  }

  /** The head was said. It leaves with the first piece where that comes at once, and alone where it takes its time. */
  start(source: BodySource): void {
    this.source = source;
    source.open(this);
    this.pull();
    if (this.state !== 'pulling') return;
    this.speak();
    this.outlet.flush();
  }

  /** What was said has left. */
  moved(): void {
    this.quietSince = this.loop.now;
    if (this.failure !== null || this.state === 'ending') this.over();
    // Otherwise the head has left alone, and the pull is still to be answered.
    else if (this.state === 'moving') this.pull();
  }

  data(bytes: Uint8Array): void {
    const { length } = this.outlet;
    this.said += bytes.length;
    if (length >= 0 && this.said > length) {
      // The client would take what is beyond the announced length for the next response.
      this.fail(-ERRNO.EIO, 'body longer than announced');
      return;
    }
    this.state = 'moving';
    this.speak();
    this.outlet.piece(bytes);
  }

  end(trailers: HeaderList | null): void {
    const { outlet } = this;
    if (outlet.length >= 0 && this.said < outlet.length) {
      this.fail(-ERRNO.EIO, 'body shorter than announced');
      return;
    }
    this.state = 'ending';
    this.speak();
    outlet.end(trailers);
    if (!outlet.moving) this.over();
  }

  fail(errno: number, place: string): void {
    this.failure = { errno: errno === 0 ? -ERRNO.EIO : errno, place };
    this.state = 'ending';
    this.outlet.withdraw();
    if (!this.outlet.moving) this.over();
  }

  private pull(): void {
    this.state = 'pulling';
    this.source?.pull();
  }

  /** Something is about to move. */
  private speak(): void {
    this.quietMs = this.waited;
    this.quietSince = this.loop.now;
  }

  private over(): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.source = null;
    this.sender.transmitted(this.failure?.errno ?? 0, this.failure?.place ?? '');
  }
}
