import type { Location } from '@webserv/config';
import { Memory } from '@webserv/event-loop';
import { notModifiedOf } from '@webserv/methods';
import {
  type ByteRange,
  decodeHead,
  type EncodeContext,
  type Encoded,
  encodeHead,
  PartHead,
  parseHttpDate,
  patchDate,
  type Reply,
  type Validators,
} from '@webserv/response';
import type { PageLayout } from './page-layout.ts';

/** Pages that have their forms. A form takes a kilobyte, so they are a megabyte in all. */
const KEPT = 1024;

/** A page, as its forms see it. */
interface Formed extends PageLayout {
  readonly location: Location;
  made: PageForms | null;
}

/** Of all servers of the process: the pages that have forms, in a ring. */
const formed: (Formed | undefined)[] = [];
let turn = 0;

/** What clients need of a page beside its bytes: its fields, the 304 that stands for it, and the heads of its parts. */
export class PageForms {
  readonly reply: Reply;
  readonly validators: Validators;
  /** The fields without Date, as HTTP/2 encodes them; null until a client of HTTP/2 has asked. */
  fieldBlock: Uint8Array | null = null;
  /** The head of a part; null if clients cannot request parts, undefined until one does. */
  private partHead: PartHead | null | undefined = undefined;
  private readonly head: Buffer;
  private readonly page: Formed;
  private revalidated: Memory | null = null;
  private dateOffset = -1;
  private date = '';

  constructor(page: Formed) {
    const { memory, at, headSize, size } = page;
    this.page = page;
    this.head = memory.bytes.subarray(at, at + headSize);
    const length = size - headSize;
    this.reply = decodeHead(this.head.toString('latin1'), { kind: 'unsent', length });
    const { headers } = this.reply;
    const modified = headers.get('Last-Modified');
    this.validators = {
      etag: headers.get('ETag') ?? '',
      lastModified: modified === undefined ? Number.NaN : parseHttpDate(modified, 0),
    };
  }

  get hasParts(): boolean {
    return this.headOfParts !== null;
  }

  writePartHead(into: Uint8Array, { first, last }: ByteRange, date: string): number {
    const head = this.headOfParts;
    return head === null ? -1 : head.write(into, first, last, date);
  }

  private get headOfParts(): PartHead | null {
    if (this.partHead === undefined) {
      const { status, dateOffset, headSize, size } = this.page;
      const ranged = status === 200 && this.reply.headers.has('Accept-Ranges');
      this.partHead = ranged ? PartHead.of(this.head, dateOffset, headSize, size - headSize) : null;
    }
    return this.partHead;
  }

  /** The 304 that stands for the page, for clients that need another head than the usual one. */
  get unmodified(): Reply {
    return notModifiedOf(this.reply.headers, this.page.location);
  }

  notModified(context: EncodeContext, encoded: Encoded, inFlight: boolean): Memory {
    const held = this.revalidated;
    if (held !== null && (this.date === context.date || !inFlight)) {
      if (this.date !== context.date) patchDate(held.bytes, this.dateOffset, context.date);
      this.date = context.date;
      return held;
    }
    const memory = Memory.from(encodeHead(this.unmodified, context, encoded) ?? '');
    this.revalidated = memory;
    this.dateOffset = encoded.dateOffset;
    this.date = context.date;
    return memory;
  }
}

/** Returns the forms of a page. They are made once, and again if 1,024 other pages have needed theirs since. */
export function formsOf(page: Formed): PageForms {
  if (page.made !== null) return page.made;
  const made = new PageForms(page);
  const before = formed[turn];
  if (before !== undefined) before.made = null;
  formed[turn] = page;
  turn = (turn + 1) % KEPT;
  page.made = made;
  return made;
}
