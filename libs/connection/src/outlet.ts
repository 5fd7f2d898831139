import type { Page, PageAnswer } from '@webserv/pages';
import type { ByteRange, HeaderList, Reply } from '@webserv/response';

/** The speaker, as an outlet calls it back. */
export interface OutletOwner {
  /** All that was said has left, and there is room for more. */
  moved(): void;
  /**
   * What was said could not leave, and nothing more will. The response is not whole.
   * @param errno negative
   * @param place the call that failed
   */
  broken(errno: number, place: string): void;
}

/**
 * Where a response is said: a whole page; or a head, then pieces and spans of files, then the end. How a protocol frames
 * them is its own affair, so HTTP/1.1 and a stream of HTTP/2 stand behind the same interface. What an implementer owes:
 *
 * 1. **Values in.** A reply's status and fields, the length of its body, trailers. The outlet alone adds fields that frame
 *    the message, and it drops those of the reply.
 * 2. **One thing at a time.** `piece` and `file` may be called when the outlet is not `moving`, or while only a head moves.
 *    The next one follows in or after `moved`: that is all the back-pressure there is. Memory and descriptors that were
 *    given stay as they are until then.
 * 3. **Completions only.** `moved` and `broken` are never called from within a call of the outlet. After a call the caller
 *    asks `moving`: where nothing moves, nothing will be called back.
 * 4. **Together.** A head waits for the first piece, for `flush` or for `end`, so that a small answer leaves in one send.
 * 5. **Counting.** `bodySent` counts the bytes of the body, without framing, that have left so far; `progress` counts all
 *    bytes. Both grow while something moves, and they hold when the connection is closed before its end.
 * 6. **Refusal.** `page` and `head` return false where a field cannot be encoded. Then nothing was said.
 * 7. **The cut.** After `abort` the peer cannot take the response for whole, and nothing is called back any more.
 */
export interface Outlet {
  /** Set once, by the speaker. */
  owner: OutletOwner | null;
  /** The Date that heads say now. */
  readonly date: string;
  /** A body follows the head that was said. There is none for HEAD, 204 and 304. */
  readonly hasBody: boolean;
  /** Bytes of the body that the head has announced, or -1 where only the end will tell. */
  readonly length: number;
  /** Something was submitted that has not left yet. */
  readonly moving: boolean;
  readonly progress: number;
  readonly bodySent: number;
  /**
   * Says a page, or the 304 that stands for it, as the whole response.
   * @param shared another response may be leaving from the same memory, which must then stay as it is
   */
  page(page: Page, answer: Exclude<PageAnswer, 'other'>, shared: boolean): boolean;
  /**
   * Says a part of a page from the page's memory, as the whole response. Only an outlet that gains by it has this.
   * @returns false where it does not: nothing was said, and `head` and `piece` say the part
   */
  part?(page: Page, range: ByteRange): boolean;
  /** Says the head of a reply. Its body follows by `piece` and `file`, unless `hasBody` is false. */
  head(reply: Reply): boolean;
  /** Says bytes of the body. They are at least one. */
  piece(bytes: Uint8Array): void;
  /** Says a span of an open file, of a body whose length is announced. */
  file(fd: number, offset: number, length: number): void;
  /** The response is whole. Trailers leave where the protocol can say them. */
  end(trailers: HeaderList | null): void;
  /** Sends a head that waits for its first piece. */
  flush(): void;
  /** Takes back what was said and has not been submitted. */
  withdraw(): void;
  /** Cuts the response. */
  abort(): void;
}
