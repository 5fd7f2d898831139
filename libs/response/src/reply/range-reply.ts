import {
  type ByteRange,
  contentRange,
  ifRangeHolds,
  parseRange,
  unsatisfiedRange,
} from '../conditions/range.ts';
import type { Validators } from '../conditions/validators.ts';
import { latin1 } from '../fields/field.ts';
import { bodyLength, type PartsBody, partsBody, type Segment, segmentOf } from './body.ts';
import { fail, type Reply } from './reply.ts';

/**
 * Turns the 200 for a GET into the 206 or 416 that its Range requests, or returns it as it is. Call it after the
 * preconditions (RFC 9110, section 13.2.2, step 5) and for GET alone (section 14.2). It leaves a body whole that is
 * neither bytes nor one file span. The caller must not use the reply that it passed in again.
 */
export function applyRange(
  reply: Reply,
  range: string | undefined,
  ifRange: string | undefined,
  current: Validators,
  nowMs: number,
): Reply {
  const { body } = reply;
  if (range === undefined || reply.status !== 200) return reply;
  if (body.kind !== 'bytes' && body.kind !== 'file' && body.kind !== 'empty') return reply;
  if (!ifRangeHolds(ifRange, current, nowMs)) return reply;
  const size = bodyLength(body);
  const set = parseRange(range, size);
  if (set.kind === 'whole') return reply;
  if (set.kind === 'unsatisfiable') {
    reply.release();
    const refused = fail(416);
    refused.headers.set('Content-Range', unsatisfiedRange(size));
    return refused;
  }
  if (body.kind === 'empty') return reply;
  return set.ranges.length === 1
    ? single(reply, body, set.ranges[0]!, size)
    : several(reply, body, set.ranges, size);
}

function single(reply: Reply, whole: Segment, range: ByteRange, size: number): Reply {
  reply.status = 206;
  reply.headers.set('Content-Range', contentRange(range, size));
  reply.body = segmentOf(whole, range.first, range.last - range.first + 1);
  return reply;
}

/** Each part has its Content-Range. The head of such a reply must not have one (RFC 9110, section 15.3.7.2). */
function several(reply: Reply, whole: Segment, ranges: readonly ByteRange[], size: number): Reply {
  const boundary = makeBoundary();
  const contentType = reply.headers.get('Content-Type');
  reply.status = 206;
  reply.headers.set('Content-Type', `multipart/byteranges; boundary=${boundary}`);
  reply.body = multipartByteranges(whole, ranges, size, contentType, boundary);
  return reply;
}

/**
 * Makes the body of a multipart/byteranges reply over `whole`: part heads as bytes, and spans of the content between
 * them. Its length is known at once, so it is sent with a Content-Length. The content is not copied.
 */
export function multipartByteranges(
  whole: Segment,
  ranges: readonly ByteRange[],
  size: number,
  contentType: string | undefined,
  boundary: string,
): PartsBody {
  const type = contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`;
  const parts: Segment[] = [];
  let before = '';
  for (const range of ranges) {
    const head = `${before}--${boundary}\r\n${type}Content-Range: ${contentRange(range, size)}\r\n\r\n`;
    parts.push({ kind: 'bytes', bytes: latin1(head) });
    parts.push(segmentOf(whole, range.first, range.last - range.first + 1));
    before = '\r\n';
  }
  parts.push({ kind: 'bytes', bytes: latin1(`\r\n--${boundary}--\r\n`) });
  return partsBody(parts);
}

/** Random, so that a client that uploads a file cannot put a part boundary into it. */
function makeBoundary(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
