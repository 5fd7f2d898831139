/** Where the body came from, as the log shows it. */
export type CacheOutcome = 'hit' | 'miss' | 'none';

/**
 * What the access log says of one response. The owner of a connection keeps one and fills it in for each request, so
 * that nothing is allocated for a line but the line.
 *
 * Texts that came from the client are given as they came, one character a byte (latin1); escaping is the log's work.
 * An empty text means that there is none.
 */
export class AccessEntry {
  /** The client's address, as the loop reports it. */
  remote = '';
  user = '';
  /** Empty where no request could be read: then `requestLine` is shown as it came. */
  method = '';
  target = '';
  /** 10 or 11. */
  version = 11;
  /** What came in place of a request line, where it was malformed. */
  requestLine = '';
  status = 0;
  /** Bytes of the body that were sent. */
  bytes = 0;
  referer = '';
  userAgent = '';
  host = '';
  /** From the first byte of the request to the last of the response, in milliseconds. */
  durationMs = 0;
  cache: CacheOutcome = 'none';
  /** The stage that ended the request. */
  stage = '';
  /** The name of the error that ended it (`ECONNRESET`), and where it arose. */
  errno = '';
  place = '';

  /** Forgets the request, and keeps what belongs to the connection: `remote`. */
  reset(): void {
    this.user = '';
    this.method = '';
    this.target = '';
    this.version = 11;
    this.requestLine = '';
    this.status = 0;
    this.bytes = 0;
    this.referer = '';
    this.userAgent = '';
    this.host = '';
    this.durationMs = 0;
    this.cache = 'none';
    this.stage = '';
    this.errno = '';
    this.place = '';
  }
}
