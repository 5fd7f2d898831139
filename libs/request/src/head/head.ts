import { Headers } from '../fields/headers.ts';

/** The four forms of a request target (RFC 9112 section 3.2). */
export const TargetForm = { ORIGIN: 0, ABSOLUTE: 1, AUTHORITY: 2, ASTERISK: 3 } as const;
export type TargetForm = (typeof TargetForm)[keyof typeof TargetForm];

/**
 * One request head, read and understood. Only a parser or `fillHead` writes it. The head of a parser stays as it is
 * until that parser's `reset()`. After an error it has the method and target that were read before the error, for the
 * log. All else has these defaults.
 */
export class RequestHead {
  /** 10 for HTTP/1.0. 11 for HTTP/1.1 and every later minor version. 20 for HTTP/2. */
  version: 10 | 11 | 20 = 11;
  /** As the client sent it: methods are case-sensitive. `''` if none could be read. */
  method = '';
  /** The request target as the client sent it. */
  target = '';
  form: TargetForm = TargetForm.ORIGIN;
  /** The decoded and resolved path. It begins with `/`. It is `/` for the forms without a path. */
  path = '/';
  /** The path as the client sent it. `/` if it was left out, `*` for the asterisk form, `''` for the authority form. */
  rawPath = '';
  /** What follows the `?`, as the client sent it. `''` if there is none. */
  query = '';
  /** Whether the target has a `?`, even with nothing after it. */
  hasQuery = false;
  /** Lower-case, without port and root's dot. IPv6 keeps its brackets. `''` if a client of HTTP/1.0 names none. */
  host = '';
  /** -1 if the client sent none. */
  port = -1;
  readonly headers: Headers;
  /** Bytes of the body. -1 without Content-Length. */
  contentLength = -1;
  /** Only the end of the body shows its length: it comes in chunks, or as a stream. Then `contentLength` is -1. */
  chunked = false;
  /** The client allows another request on the connection (RFC 9112 section 9.3). */
  keepAlive = false;
  /** The client waits for 100 (Continue) before it sends the announced body. */
  expectContinue = false;
  /** Bytes of the head, with its empty line and the blank lines before it. */
  bytes = 0;

  constructor(headers: Headers = new Headers()) {
    this.headers = headers;
  }

  /**
   * Returns the head of the same request for another path: what the client sent stays, `target` and `rawPath` included. It
   * shares the fields, and holds as long as this head does.
   * @param path decoded and resolved
   */
  aimedAt(path: string, query: string, hasQuery: boolean): RequestHead {
    const head = new RequestHead(this.headers);
    head.version = this.version;
    head.method = this.method;
    head.target = this.target;
    head.form = this.form;
    head.path = path;
    head.rawPath = this.rawPath;
    head.query = query;
    head.hasQuery = hasQuery;
    head.host = this.host;
    head.port = this.port;
    head.contentLength = this.contentLength;
    head.chunked = this.chunked;
    head.keepAlive = this.keepAlive;
    head.expectContinue = this.expectContinue;
    head.bytes = this.bytes;
    return head;
  }

  /** Returns the head of a request that only reads, for the same path: without a query and a body. It shares the fields. */
  reading(): RequestHead {
    const head = this.aimedAt(this.path, '', false);
    head.method = this.method === 'HEAD' ? 'HEAD' : 'GET';
    head.contentLength = -1;
    head.chunked = false;
    head.expectContinue = false;
    return head;
  }

  /** Whether a body of at least one byte, or of unknown length, follows. */
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
