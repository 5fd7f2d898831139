import { BodyDecoder, BodyStatus } from '@webserv/request';

/**
 * Decodes an output that its script wrote in chunks (RFC 9112 section 7.1). The server frames the answer itself, so it
 * removes them. Output that breaks the grammar of chunks is an error.
 */
export class ChunkedOutput {
  /** The last chunk has come. The server ignores what follows. */
  done = false;
  private readonly decoder = new BodyDecoder();

  constructor() {
    this.decoder.start({ contentLength: -1, chunked: true }, Number.POSITIVE_INFINITY);
  }

  /**
   * Moves the content in `bytes[start, end)` together, so that it begins at `start`.
   * @returns the bytes of content, or -1 if the chunks are malformed
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
