import { fieldBound, isConnectionField, writeField, writeStatus } from '@webserv/http2';
import { type Page, USUAL } from '@webserv/pages';
import type { HeaderList, Reply } from '@webserv/response';

/** Bytes for status, Date, Server and Content-Length. */
const OWN_ROOM = 192;
const FIRST_SIZE = 512;
/** Fields that only the outlet says, beside those of the connection, which HTTP/2 does not have. */
const OWN = new Set(['date', 'server', 'content-length']);

/**
 * The field block of one response (RFC 9113 section 8.3.2). It uses no dynamic table, so it does not depend on the
 * connection: the fields of a page are encoded once and copied for every client.
 */
export class ReplyBlock {
  bytes: Uint8Array = Buffer.allocUnsafe(FIRST_SIZE);
  length = 0;
  /** The value of Strict-Transport-Security, or '' for none. */
  strictTransport = '';
  /** The value of X-Request-Id, or '' for none. */
  requestId = '';

  /**
   * @param contentLength what the head announces, or -1
   * @returns false where a field cannot be encoded
   */
  reply(reply: Reply, contentLength: number, date: string): boolean {
    const { headers, status } = reply;
    this.begin(status, date, sizeOf(headers));
    return this.rest(headers, contentLength);
  }

  /** The head of a page of the cache. */
  page(page: Page, date: string): boolean {
    const kept = page.fieldBlock ?? this.keep(page);
    if (kept === null) return false;
    this.begin(page.status, date, kept.length);
    this.bytes.set(kept, this.length);
    this.length += kept.length;
    return true;
  }

  /** Fields behind the body. @returns false where there are none, or one cannot be encoded */
  trailers(trailers: HeaderList | null): boolean {
    this.length = 0;
    if (trailers === null || trailers.count === 0) return false;
    this.reserve(sizeOf(trailers));
    return this.fields(trailers) && this.length > 0;
  }

  /** An interim response. */
  interim(status: number): void {
    this.length = writeStatus(this.bytes, 0, status);
  }

  private begin(status: number, date: string, more: number): void {
    this.length = 0;
    const { strictTransport, requestId } = this;
    this.reserve(more + OWN_ROOM + strictTransport.length + requestId.length);
    this.length = writeStatus(this.bytes, 0, status);
    this.length = writeField(this.bytes, this.length, 'date', date);
    if (strictTransport !== '') {
      this.length = writeField(this.bytes, this.length, 'strict-transport-security', strictTransport);
    }
    if (requestId !== '') this.length = writeField(this.bytes, this.length, 'x-request-id', requestId);
  }

  private rest(headers: HeaderList, contentLength: number): boolean {
    this.length = writeField(this.bytes, this.length, 'server', USUAL.server);
    if (contentLength >= 0) {
      this.length = writeField(this.bytes, this.length, 'content-length', String(contentLength));
    }
    return this.fields(headers);
  }

  private fields(headers: HeaderList): boolean {
    for (let index = 0; index < headers.count; index++) {
      const name = headers.nameAt(index).toLowerCase();
      if (OWN.has(name) || isConnectionField(name)) continue;
      const end = writeField(this.bytes, this.length, name, headers.valueAt(index));
      if (end < 0) return false;
      this.length = end;
    }
    return true;
  }

  private keep(page: Page): Uint8Array | null {
    const { headers } = page.reply;
    this.length = 0;
    this.reserve(sizeOf(headers) + OWN_ROOM);
    if (!this.rest(headers, page.bodySize)) return null;
    page.fieldBlock = Buffer.from(this.bytes.subarray(0, this.length));
    return page.fieldBlock;
  }

  private reserve(size: number): void {
    if (this.bytes.length < size) this.bytes = Buffer.allocUnsafe(size);
  }
}

function sizeOf(headers: HeaderList): number {
  let size = 0;
  for (let index = 0; index < headers.count; index++) {
    size += fieldBound(headers.nameAt(index), headers.valueAt(index));
  }
  return size;
}
