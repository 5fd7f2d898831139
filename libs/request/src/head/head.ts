import { Headers } from '../fields/headers.ts';

/** The four forms of a request target, RFC 9112 section 3.2. */
export const TargetForm = { ORIGIN: 0, ABSOLUTE: 1, AUTHORITY: 2, ASTERISK: 3 } as const;
export type TargetForm = (typeof TargetForm)[keyof typeof TargetForm];

/**
 * One request head, read and understood. Only a parser or `fillHead` writes it. The head of a parser stays as it is until
 * that parser's `reset()`.
 * After an error it holds what was read before it (method and target, for the log), the rest at these defaults.
 */
export class RequestHead {
  /** 10 for HTTP/1.0, 11 for HTTP/1.1 and every later minor version. */
  version: 10 | 11 = 11;
  /** As it was sent: methods are case-sensitive. `''` where none could be read. */
  method = '';
  /** The request target as it was sent. */
  target = '';
  form: TargetForm = TargetForm.ORIGIN;
  /** Decoded and resolved, begins with `/`; `/` for the forms that have no path. */
  path = '/';
  /** The path as it was sent; `/` where it was left out, `*` for the asterisk form, `''` for the authority form. */
  rawPath = '';
  /** What follows the `?`, as it was sent; `''` where there is none. */
  query = '';
  /** True where a `?` was sent, even with nothing behind it. */
  hasQuery = false;
  /** Lower-case, without port and without the root's dot; IPv6 in its brackets; `''` where HTTP/1.0 names none. */
  host = '';
  /** -1 where none was sent. */
  port = -1;
  readonly headers: Headers = new Headers();
  /** Bytes of the body, -1 where no Content-Length was sent. */
  contentLength = -1;
  /** Only the end of the body tells its length: it comes in chunks, or as a stream. Then `contentLength` is -1. */
  chunked = false;
  /** The client would use the connection again (RFC 9112 section 9.3). */
  keepAlive = false;
  /** The client waits for 100 (Continue) before it sends the body that it has announced. */
  expectContinue = false;
  /** Bytes of the head, its empty line and the blank lines before it included. */
  bytes = 0;

  /** True where a body of at least one byte, or of unknown length, follows. */
  get hasBody(): boolean {
    return this.chunked || this.contentLength > 0;
  }

  clear(): void {
    this.version = 11;
    this.method = '';
    this.target = '';
    this.form = TargetForm.ORIGIN;
    this.path = '/';
    this.rawPath = '';
    this.query = '';
    this.hasQuery = false;
    this.host = '';
    this.port = -1;
    this.headers.clear();
    this.contentLength = -1;
    this.chunked = false;
    this.keepAlive = false;
    this.expectContinue = false;
    this.bytes = 0;
  }
}
