import { BodyDecoder, BodyStatus } from '@webserv/request';

/**
 * The content of an output that its script has put in chunks (RFC 9112 section 7.1). How an answer is framed is the
 * server's affair, so that they are taken off; what does not keep to their grammar is no content.
 */
export class ChunkedOutput {
  /** The last chunk has come. What follows is nobody's. */
  done = false;
  private readonly decoder = new BodyDecoder();

  constructor() {
    this.decoder.start({ contentLength: -1, chunked: true }, Number.POSITIVE_INFINITY);
  }

  /**
   * Moves what is content in `bytes[start, end)` together, so that it begins at `start`.
   * @returns bytes of it, or -1 where the chunks are malformed
   */
  unwrap(bytes: Buffer, start: number, end: number): number {
    const { decoder } = this;
    let to = start;
    for (let at = start; !this.done; at = decoder.consumed) {
      switch (decoder.feed(bytes, at, end)) {
        case BodyStatus.DATA:
          bytes.copyWithin(to, decoder.dataStart, decoder.dataEnd);
          to += decoder.dataEnd - decoder.dataStart;
          break;
        case BodyStatus.DONE:
          this.done = true;
          break;
        case BodyStatus.PARTIAL:
          return to - start;
        case BodyStatus.ERROR:
          return -1;
      }
    }
    return to - start;
  }
}
