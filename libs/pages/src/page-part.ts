import { nameOrigin } from '@webserv/methods';
import { FieldId, type RequestHead } from '@webserv/request';
import {
  applyRange,
  type ByteRange,
  ifRangeHolds,
  parseRange,
  Reply,
  withoutContent,
} from '@webserv/response';
import { type Page, type PageAnswer, PRECONDITIONS } from './page.ts';

const RANGE = 1 << FieldId.RANGE;

/**
 * Returns the ranges that a request selects of a page (RFC 9110, section 14.2), or null if the method stage must answer:
 * the field selects the whole or nothing, the request has conditions, or the page has no ranges.
 */
export function rangesOf(
  page: Page,
  { method, headers }: RequestHead,
  nowMs: number,
): readonly ByteRange[] | null {
  if (method !== 'GET' || !headers.hasAny(RANGE) || headers.hasAny(PRECONDITIONS)) return null;
  if (!page.hasParts || !ifRangeHolds(headers.known(FieldId.IF_RANGE), page.validators, nowMs)) return null;
  const set = parseRange(headers.known(FieldId.RANGE) ?? '', page.bodySize);
  return set.kind === 'ranges' ? set.ranges : null;
}

/**
 * Returns the 206 for the ranges that a request selects of a page. Its body is in the memory of the page, so the caller
 * holds the page's entry until the body has been sent.
 */
export function partOf(page: Page, head: RequestHead, nowMs: number): Reply {
  const { headers } = head;
  const whole = wholeOf(page);
  nameOrigin(whole, page.location, head);
  const range = headers.known(FieldId.RANGE);
  return applyRange(whole, range, headers.known(FieldId.IF_RANGE), page.validators, nowMs);
}

/**
 * Returns a page as the reply to one client, with the origin that the page itself does not name. The caller holds the page's
 * entry until the body has been sent.
 */
export function replyTo(page: Page, answer: Exclude<PageAnswer, 'other'>, head: RequestHead): Reply {
  const { location } = page;
  const reply = answer === 'page' ? wholeOf(page) : page.unmodified;
  nameOrigin(reply, location, head);
  reply.closes = location.timeouts.keepAlive === 0;
  return head.method === 'HEAD' ? withoutContent(reply) : reply;
}

function wholeOf(page: Page): Reply {
  const whole = new Reply(page.status, { kind: 'bytes', bytes: page.content });
  whole.headers.copyFrom(page.reply.headers);
  return whole;
}
