import { type Body, bodyLength } from '../reply/body.ts';
import { neverHasContent } from '../status.ts';

/** How the receiver finds the end of the content that follows the head. */
export type Framing = 'none' | 'length' | 'chunked' | 'until-close';

/** The HTTP version as one number: 10 or 11. */
export type Version = 10 | 11;

/**
 * The one decision on framing (RFC 9110, section 6.4.1, RFC 9112, section 6.3): what follows the head of this reply,
 * for the method and version of the request.
 */
export function framing(method: string, version: Version, status: number, body: Body): Framing {
  if (method === 'HEAD' || neverHasContent(status)) return 'none';
  if (method === 'CONNECT' && status < 300) return 'none';
  return contentFraming(version, status, body);
}

/** What the head says about its content. For HEAD it is the same as for GET. */
export function contentFraming(version: Version, status: number, body: Body): Framing {
  if (contentLength(status, body) >= 0) return 'length';
  return version === 11 ? 'chunked' : 'until-close';
}

/** The content length to announce, or -1. A 205 has no content, whatever its body (RFC 9110, section 15.3.6). */
export function contentLength(status: number, body: Body): number {
  return status === 205 ? 0 : bodyLength(body);
}
