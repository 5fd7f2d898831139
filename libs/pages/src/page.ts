import type { Location } from '@webserv/config';
import { Memory } from '@webserv/event-loop';
import { FieldId, type Headers } from '@webserv/request';
import {
  type EncodeContext,
  type Encoded,
  encodeHead,
  evaluatePreconditions,
  notModified,
  type Offer,
  patchDate,
  type Reply,
  type Validators,
} from '@webserv/response';
import type { WatchedFile } from './watches/watches.ts';

/** What the server calls itself. */
const SERVER_NAME = 'webserv';

/** The request that pages are made for: most are like it. */
export const USUAL: Readonly<EncodeContext> = {
  method: 'GET',
  version: 11,
  keepAlive: true,
  date: '',
  server: SERVER_NAME,
};

/**
 * A complete answer kept in memory: head and body in one piece, as it leaves to an HTTP/1.1 client whose connection goes
 * on. Its Date is patched in place once a second, while nothing is being sent from it.
 */
export class Page {
  /** In which codings the file may be sent; null: in none. */
  offer: Offer | null = null;
  /** Under which keys of the cache these codings lie, in the order of `offer.codings`. */
  keys: readonly string[] = [];
  /** Without content: it only stands for the pages under `keys`, and the file itself is still to be read. */
  stub = false;
  /** One of its codings is being made. */
  making = false;
  /** Its file is watched for as long as the page is kept; null where it is not. */
  watched: WatchedFile | null = null;
  readonly memory: Memory;
  readonly size: number;
  readonly headSize: number;
  readonly status: number;
  /** The reply it was made from, without its body: for the clients who need another head. */
  readonly reply: Reply;
  readonly validators: Validators;
  /** Where it was found: its rules hold for the client that the page is sent to. */
  readonly location: Location;
  private readonly dateOffset: number;
  private date: string;
  private revalidated: Memory | null = null;
  private revalidatedDateOffset = -1;
  private revalidatedDate = '';

  constructor(
    memory: Memory,
    headSize: number,
    size: number,
    dateOffset: number,
    date: string,
    reply: Reply,
    validators: Validators,
    location: Location,
  ) {
    this.memory = memory;
    this.headSize = headSize;
    this.size = size;
    this.dateOffset = dateOffset;
    this.date = date;
    this.status = reply.status;
    this.reply = reply;
    this.validators = validators;
    this.location = location;
  }

  get bodySize(): number {
    return this.size - this.headSize;
  }

  /** Whether the page may be sent as it lies there: its Date is right, or could be set right. */
  refresh(date: string, inFlight: boolean): boolean {
    if (this.date === date) return true;
    if (inFlight) return false;
    patchDate(this.memory.bytes, this.dateOffset, date);
    this.date = date;
    return true;
  }

  /** The 304 that stands for this page. */
  notModified(context: EncodeContext, encoded: Encoded, inFlight: boolean): Memory {
    const held = this.revalidated;
    if (held !== null && (this.revalidatedDate === context.date || !inFlight)) {
      if (this.revalidatedDate !== context.date)
        patchDate(held.bytes, this.revalidatedDateOffset, context.date);
      this.revalidatedDate = context.date;
      return held;
    }
    const memory = Memory.from(encodeHead(notModified(this.reply.headers), context, encoded) ?? '');
    this.revalidated = memory;
    this.revalidatedDateOffset = encoded.dateOffset;
    this.revalidatedDate = context.date;
    return memory;
  }
}

/** What the conditions of a request make of a page. `other`: the method stage must answer (ranges, failed conditions). */
export type PageAnswer = 'page' | 'not-modified' | 'other';

/** What a page can be asked under. */
const ANSWERED = (1 << FieldId.IF_NONE_MATCH) | (1 << FieldId.IF_MODIFIED_SINCE);
const OTHER = (1 << FieldId.IF_MATCH) | (1 << FieldId.IF_UNMODIFIED_SINCE) | (1 << FieldId.RANGE);
/** A request with none of these asks for the page as it is. */
const CONDITIONS = ANSWERED | OTHER;

/** How a request without a body for this page is answered. */
export function answerOf(page: Page, method: string, headers: Headers, nowMs: number): PageAnswer {
  if (!headers.hasAny(CONDITIONS)) return 'page';
  if (headers.hasAny(OTHER)) return 'other';
  const outcome = evaluatePreconditions(
    method,
    undefined,
    headers.known(FieldId.IF_NONE_MATCH),
    headers.known(FieldId.IF_MODIFIED_SINCE),
    undefined,
    page.validators,
    nowMs,
  );
  return outcome === 'pass' ? 'page' : outcome === 'not-modified' ? 'not-modified' : 'other';
}
