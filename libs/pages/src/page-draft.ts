import type { Location } from '@webserv/config';
import { Memory } from '@webserv/event-loop';
import {
  type EncodeContext,
  Encoded,
  encodeInto,
  headBound,
  type Reply,
  type Validators,
} from '@webserv/response';
import { TAG_ROOM } from './content-tag.ts';
import { Page } from './page.ts';

/** Scratch: it is filled and read within one call. */
const encoded = new Encoded();

/**
 * A response whose head is written and whose body is not read yet. The content is read in behind the head, so both are
 * one piece of memory and leave in one call.
 */
export class PageDraft {
  readonly memory: Memory;
  readonly headSize: number;
  /** Head and body. */
  readonly size: number;
  private readonly reply: Reply;
  private readonly dateOffset: number;
  private readonly date: string;

  private constructor(
    memory: Memory,
    headSize: number,
    size: number,
    reply: Reply,
    dateOffset: number,
    date: string,
  ) {
    this.memory = memory;
    this.headSize = headSize;
    this.size = size;
    this.reply = reply;
    this.dateOffset = dateOffset;
    this.date = date;
  }

  /** Returns the bytes of memory that a draft takes. */
  static sizeOf(reply: Reply, length: number, context: EncodeContext): number {
    return headBound(reply, context) + length;
  }

  /**
   * @param length bytes of the body
   * @param memory for the draft, at least `sizeOf` bytes
   * @returns null if the head cannot be encoded
   */
  static of(
    reply: Reply,
    length: number,
    context: EncodeContext,
    memory: Memory = Memory.allocate(PageDraft.sizeOf(reply, length, context)),
  ): PageDraft | null {
    const headSize = encodeInto(memory.bytes, 0, reply, context, encoded);
    if (headSize < 0) return null;
    return new PageDraft(memory, headSize, headSize + length, reply, encoded.dateOffset, context.date);
  }

  /** Writes the entity tag into the head, in place of `TAG_ROOM`. */
  name(etag: string): void {
    const at = this.memory.bytes.indexOf(TAG_ROOM, 0, 'latin1');
    this.memory.bytes.write(etag, at, 'latin1');
    this.reply.headers.set('ETag', etag);
  }

  /** Returns the page, once the body has been read in. */
  page(validators: Validators, location: Location): Page {
    const { memory, headSize, size, dateOffset, date, reply } = this;
    return new Page(memory, headSize, size, dateOffset, date, reply, validators, location);
  }
}
