import type { Location } from '@webserv/config';
import type { Memory } from '@webserv/event-loop';
import type { Exchange, Files } from '@webserv/methods';
import { copyOfText, FieldId, type Headers } from '@webserv/request';
import {
  type ByteRange,
  type ContentCoding,
  type EncodeContext,
  type Encoded,
  evaluatePreconditions,
  patchDate,
  type Reply,
  type Representation,
  type Validators,
} from '@webserv/response';
import type { PageChoice } from './page-choice.ts';
import { formsOf, type PageForms } from './page-forms.ts';
import type { PageLayout } from './page-layout.ts';
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
 *
 * A cache has many pages, so a page is its bytes and little else. What few clients need of it is made of the bytes when
 * one does (`PageForms`).
 */
export class Page implements PageLayout {
  readonly memory: Memory;
  readonly at: number;
  readonly size: number;
  readonly headSize: number;
  readonly dateOffset: number;
  readonly status: number;
  /** The location of the file. Its rules hold for each client that receives the page. */
  readonly location: Location;
  date: string;
  /** The codings of the file; null if there are none. A page without content leads to them and is nothing else. */
  choice: PageChoice | null = null;
  /** The watch of its file, held for as long as the page is kept; null if the file is not watched. */
  watched: WatchedFile | null = null;
  /** Made on demand, and dropped when many other pages have needed theirs. */
  made: PageForms | null = null;

  constructor({ memory, at, size, headSize, dateOffset, date, status }: PageLayout, location: Location) {
    this.memory = memory;
    this.at = at;
    this.size = size;
    this.headSize = headSize;
    this.dateOffset = dateOffset;
    this.status = status;
    this.location = location;
    this.date = date;
  }

  /** True for a page without content. The file itself is not read yet. */
  get isStub(): boolean {
    return this.size === 0;
  }

  get bodySize(): number {
    return this.size - this.headSize;
  }

  /** Its body, in place. A caller holds the page's entry for as long as it reads there. */
  get content(): Buffer {
    return this.memory.bytes.subarray(this.at + this.headSize, this.at + this.size);
  }

  /** The reply that it was made from, without its body. For clients that need another head. */
  get reply(): Reply {
    return formsOf(this).reply;
  }

  /** The 304 that stands for the page, for clients that need another head. */
  get unmodified(): Reply {
    return formsOf(this).unmodified;
  }

  get validators(): Validators {
    return formsOf(this).validators;
  }

  /** Its fields without Date, as HTTP/2 encodes them; null until a client of HTTP/2 has asked. */
  get fieldBlock(): Uint8Array | null {
    return formsOf(this).fieldBlock;
  }

  set fieldBlock(block: Uint8Array) {
    formsOf(this).fieldBlock = block;
  }

  /** Returns true if the page may be sent as it is: its Date is current, or could be patched. */
  refresh(date: string, inFlight: boolean): boolean {
    if (this.date === date) return true;
    if (inFlight) return false;
    patchDate(this.memory.bytes, this.at + this.dateOffset, date);
    this.date = date;
    return true;
  }

  /** True if clients can request parts of the page. */
  get hasParts(): boolean {
    return formsOf(this).hasParts;
  }

  /** Writes the head of the 206 for one range. @returns its size, or -1 if it does not fit into `into` */
  writePartHead(into: Uint8Array, range: ByteRange, date: string): number {
    return formsOf(this).writePartHead(into, range, date);
  }

  /** Returns the 304 for this page. */
  notModified(context: EncodeContext, encoded: Encoded, inFlight: boolean): Memory {
    return formsOf(this).notModified(context, encoded, inFlight);
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
  if (method === 'HEAD' && !page.location.head) return 'other';
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
