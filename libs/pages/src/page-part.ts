import { FieldId, type RequestHead } from '@webserv/request';
import { applyRange, Reply } from '@webserv/response';
import { type Page, PRECONDITIONS } from './page.ts';

/**
 * Returns the 206 that a Range requests of a page (RFC 9110, section 14.2). Its body is in the memory of the page, so the
 * caller holds the page's entry until the body has been sent. Returns null if the method stage must answer: the range is
 * for the whole or for nothing, the request has conditions, or the page has no ranges.
 */
export function partOf(page: Page, { method, headers }: RequestHead, nowMs: number): Reply | null {
  if (method !== 'GET' || !headers.hasAny(1 << FieldId.RANGE) || headers.hasAny(PRECONDITIONS)) return null;
  if (page.reply.headers.get('Accept-Ranges') === undefined) return null;
  const content = page.memory.bytes.subarray(page.headSize, page.size);
  const whole = new Reply(page.status, { kind: 'bytes', bytes: content });
  const fields = page.reply.headers;
  for (let index = 0; index < fields.count; index++) {
    whole.headers.append(fields.nameAt(index), fields.valueAt(index));
  }
  const range = headers.known(FieldId.RANGE);
  const part = applyRange(whole, range, headers.known(FieldId.IF_RANGE), page.validators, nowMs);
  return part.status === 206 ? part : null;
}
