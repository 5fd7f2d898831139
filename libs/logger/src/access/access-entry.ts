import { NO_VALUES, type RequestValues } from './request-values.ts';

/** Where the body came from, as it appears in the log. */
export type CacheOutcome = 'hit' | 'miss' | 'none';

/**
 * What the access log says of one response. The caller keeps one entry and fills it in for each request, so a line
 * allocates no other object.
 *
 * Texts of the client are given as they came, one character a byte (latin1). The log escapes them. An empty text means
 * that there is none.
 */
export class AccessEntry {
  /** The client's address, as the loop reports it. */
  remote = '';
  user = '';
  /** Empty if no request could be read. Then the log shows `requestLine` as it came. */
  method = '';
  target = '';
  /** 10 or 11, or 20 for HTTP/2. */
  version = 11;
  /** The malformed request line, as it came. */
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
  /** The name of the error that ended the request (`ECONNRESET`), and where it arose. */
  errno = '';
  place = '';
  /** The id of the request; '' without one. */
  id = '';
  /** Read by formats of one's own alone. */
  request: RequestValues = NO_VALUES;

  /** Clears what belongs to the request, and keeps what belongs to the connection: `remote`. */
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
    this.id = '';
    this.request = NO_VALUES;
  }
}
