import type { Location } from '@webserv/config';
import { Memory } from '@webserv/event-loop';
import { type EncodeContext, Encoded, encodeInto, headBound, type Reply } from '@webserv/response';
import { TAG_ROOM } from './content-tag.ts';
import { Page } from './page.ts';
import type { PageLayout } from './page-layout.ts';

/** Scratch: it is filled and read within one call. */
const encoded = new Encoded();

/**
 * A response whose head is written and whose body is not read yet. The content is read in behind the head, so both are
 * one piece of memory and leave in one call.
 */
export class PageDraft implements PageLayout {
  readonly memory: Memory;
  readonly at = 0;
  readonly headSize: number;
  readonly size: number;
  readonly dateOffset: number;
  readonly date: string;
  readonly status: number;

  private constructor(memory: Memory, headSize: number, length: number, date: string, status: number) {
    this.memory = memory;
    this.headSize = headSize;
    this.size = headSize + length;
    this.dateOffset = encoded.dateOffset;
    this.date = date;
    this.status = status;
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
    return new PageDraft(memory, headSize, length, context.date, reply.status);
  }

  /** Writes the entity tag into the head, in place of `TAG_ROOM`. */
  name(etag: string): void {
    const at = this.memory.bytes.indexOf(TAG_ROOM, 0, 'latin1');
    this.memory.bytes.write(etag, at, 'latin1');
  }

  /** Returns the page, once the body has been read in. */
  page(location: Location): Page {
    return new Page(this, location);
  }
}
