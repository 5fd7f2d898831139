import type { Location } from '@webserv/config';
import { Memory } from '@webserv/event-loop';
import type { Exchange, Files } from '@webserv/methods';
import { copyOfText, FieldId, type Headers } from '@webserv/request';
import {
  type ByteRange,
  type ContentCoding,
  type EncodeContext,
  type Encoded,
  encodeHead,
  evaluatePreconditions,
  notModified,
  type Offer,
  PartHead,
  patchDate,
  type Reply,
  type Representation,
  type Validators,
} from '@webserv/response';
import type { WatchedFile } from './watches/watches.ts';

/** The product name in the Server field. */
const SERVER_NAME = 'webserv';

/** The request that pages are made for. Most requests are like it. */
export const USUAL: Readonly<EncodeContext> = {
  method: 'GET',
  version: 11,
  keepAlive: true,
  date: '',
  server: SERVER_NAME,
};

/**
 * A complete answer in memory: head and body in one piece, as an HTTP/1.1 client with a persistent connection receives
 * it. Its Date is patched in place once a second, while nothing is being sent from it.
 */
export class Page {
  /** The codings in which the file may be sent; null if there are none. */
  offer: Offer | null = null;
  /** The cache keys of these codings, in the order of `offer.codings`. */
  keys: readonly string[] = [];
  /** True for a page without content. It only leads to the pages under `keys`; the file itself is not read yet. */
  stub = false;
  /** True while one of its codings is being made. */
  making = false;
  /** The watch of its file, held for as long as the page is kept; null if the file is not watched. */
  watched: WatchedFile | null = null;
  /** Its fields without Date, as HTTP/2 encodes them; null until a client of HTTP/2 has asked. */
  fieldBlock: Uint8Array | null = null;
  readonly memory: Memory;
  readonly size: number;
  readonly headSize: number;
  readonly status: number;
  /** The reply that it was made from, without its body. For clients that need another head. */
  readonly reply: Reply;
  readonly validators: Validators;
  /** The location of the file. Its rules hold for each client that receives the page. */
  readonly location: Location;
  private readonly dateOffset: number;
  private date: string;
  /** The head of a part; null if clients cannot request parts, undefined until one does. */
  private partHead: PartHead | null | undefined = undefined;
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

  /** Returns true if the page may be sent as it is: its Date is current, or could be patched. */
  refresh(date: string, inFlight: boolean): boolean {
    if (this.date === date) return true;
    if (inFlight) return false;
    patchDate(this.memory.bytes, this.dateOffset, date);
    this.date = date;
    return true;
  }

  /** True if clients can request parts of the page. */
  get hasParts(): boolean {
    return this.headOfParts !== null;
  }

  /** Writes the head of the 206 for one range. @returns its size, or -1 if it may not fit into `into` */
  writePartHead(into: Uint8Array, { first, last }: ByteRange, date: string): number {
    const head = this.headOfParts;
    return head === null ? -1 : head.write(into, first, last, date);
  }

  private get headOfParts(): PartHead | null {
    if (this.partHead === undefined) {
      const ranged = this.status === 200 && this.reply.headers.has('Accept-Ranges');
      const { memory, dateOffset, headSize, bodySize } = this;
      this.partHead = ranged ? PartHead.of(memory.bytes, dateOffset, headSize, bodySize) : null;
    }
    return this.partHead;
  }

  /** Returns the 304 for this page. */
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

/** The answer that a request's conditions select. `other`: the method stage must answer (ranges, failed conditions). */
export type PageAnswer = 'page' | 'not-modified' | 'other';

/** The conditions that a page can answer itself. */
const ANSWERED = (1 << FieldId.IF_NONE_MATCH) | (1 << FieldId.IF_MODIFIED_SINCE);
const UNANSWERED = (1 << FieldId.IF_MATCH) | (1 << FieldId.IF_UNMODIFIED_SINCE);
/** All preconditions (RFC 9110, section 13.1), without If-Range. */
export const PRECONDITIONS = ANSWERED | UNANSWERED;
const OTHER = UNANSWERED | (1 << FieldId.RANGE);
/** A request without any of these gets the page as it is. */
const CONDITIONS = ANSWERED | OTHER;

/** Returns how the server answers a request without a body for this page. */
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

/** What a page is made from. It outlives the request that began the page. */
export interface PageOrigin {
  /** The decoded path of the request. */
  readonly name: string;
  /** The key of the page in the cache. */
  readonly key: string;
  readonly representation: Representation;
  /** The time at which the stamp was taken. */
  readonly nowMs: number;
  readonly files: Files;
}

export function originOf(exchange: Exchange, representation: Representation): PageOrigin {
  // A copy: the path may be a slice of the whole head's text, which the key would keep alive.
  const name = copyOfText(exchange.head.path);
  const { coding } = representation;
  const key = coding === '' ? name : variantKey(coding, name);
  return { name, key, representation, nowMs: exchange.nowMs, files: exchange.services.files };
}

/** Returns the key of a coded page. No path has a NUL in it. */
export function variantKey(coding: ContentCoding, name: string): string {
  return `${coding}\0${name}`;
}
