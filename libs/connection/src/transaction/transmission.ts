import type { Loop } from '@webserv/event-loop';
import type { Page, PageAnswer } from '@webserv/pages';
import type { ByteRange, Cause, Reply, Segment } from '@webserv/response';
import type { Outlet, OutletOwner } from '../outlet.ts';
import { BodyStream } from './body-stream.ts';
import { type Pace, Pacer } from './pacer.ts';
import type { Sender } from './sender.ts';

/** A body without segments; one for all, since most responses are a page of the cache. */
const NONE: readonly Segment[] = [];

/**
 * Says one response to an outlet: the head, then the segments of its body one after the other, or the pieces of a stream.
 * So no body is ever held whole in memory.
 */
export class Transmission implements OutletOwner {
  private readonly loop: Loop;
  private readonly outlet: Outlet;
  private readonly sender: Sender;
  private segments: readonly Segment[] = NONE;
  private next = 0;
  private stream: BodyStream | null = null;
  /** Stands in front of the outlet of a response that has a highest rate. The first such response makes it. */
  private pacer: Pacer | null = null;
  private paced = false;
  /** The end was said. */
  private ended = true;

  constructor(loop: Loop, outlet: Outlet, sender: Sender) {
    this.loop = loop;
    this.outlet = outlet;
    this.sender = sender;
    outlet.owner = this;
  }

  /** Milliseconds in which a stream had nothing to send, or might send nothing yet. */
  get waited(): number {
    const held = this.paced && this.pacer !== null ? this.pacer.waited : 0;
    return this.stream === null ? held : held + this.stream.waited;
  }

  /** Why a stream has ended before its time; null where none has. */
  get cause(): Cause | null {
    return this.stream === null ? null : this.stream.failure;
  }

  /** Says a whole page. @returns false where it cannot be encoded: nothing was said */
  page(page: Page, answer: Exclude<PageAnswer, 'other'>, shared: boolean): boolean {
    if (this.paced) this.unpace();
    this.segments = NONE;
    this.stream = null;
    this.ended = true;
    return this.outlet.page(page, answer, shared);
  }

  /** Says a part of a page. @returns false where the outlet says it by a reply alone: nothing was said */
  part(page: Page, range: ByteRange): boolean {
    const { outlet } = this;
    if (this.paced) this.unpace();
    this.segments = NONE;
    this.stream = null;
    this.ended = true;
    return outlet.part?.(page, range) ?? false;
  }

  /**
   * Says a reply.
   * @param pace how fast its body may leave; null leaves that to the client
   * @returns as `page`
   */
  start(reply: Reply, pace: Pace | null = null): boolean {
    if (pace !== null) this.beginPace(pace);
    else if (this.paced) this.unpace();
    const outlet = this.way;
    this.segments = NONE;
    this.next = 0;
    this.stream = null;
    this.ended = false;
    if (!outlet.head(reply)) return false;
    if (outlet.hasBody && reply.body.kind === 'stream') {
      this.stream = new BodyStream(this.loop, outlet, this.sender);
      this.stream.start(reply.body.source);
      return true;
    }
    if (outlet.hasBody) this.segments = segmentsOf(reply);
    this.moved();
    return true;
  }

  moved(): void {
    const { way: outlet, segments, stream } = this;
    if (stream !== null) {
      stream.moved();
      return;
    }
    while (this.next < segments.length) {
      const segment = segments[this.next++];
      if (segment === undefined || lengthOf(segment) === 0) continue;
      if (segment.kind === 'bytes') outlet.piece(segment.bytes);
      else outlet.file(segment.fd, segment.offset, segment.length);
      return;
    }
    if (!this.ended) {
      this.ended = true;
      outlet.end(null);
      if (outlet.moving) return;
    }
    this.over(0, '');
  }

  broken(errno: number, place: string): void {
    this.over(errno, place);
  }

  /** Nothing more is said. */
  abandon(): void {
    if (this.paced) this.unpace();
  }

  /** Where the body is said. */
  private get way(): Outlet {
    return this.paced && this.pacer !== null ? this.pacer : this.outlet;
  }

  private beginPace(pace: Pace): void {
    this.pacer ??= new Pacer(this.loop, this.outlet);
    this.pacer.begin(pace, this);
    this.paced = true;
  }

  private unpace(): void {
    this.pacer?.stop();
    this.paced = false;
    this.outlet.owner = this;
  }

  private over(result: number, place: string): void {
    this.segments = NONE;
    this.sender.transmitted(result, place);
  }
}

function lengthOf(segment: Segment): number {
  return segment.kind === 'bytes' ? segment.bytes.length : segment.length;
}

function segmentsOf({ body }: Reply): readonly Segment[] {
  switch (body.kind) {
    case 'bytes':
    case 'file':
      return [body];
    case 'parts':
      return body.parts;
    default:
      return NONE;
  }
}
