import { parseHttpDate } from '../fields/date.ts';
import { matchEntityTags, type Validators } from './validators.ts';

/** The result of a request's conditions: perform the method, 304, or 412. */
export type Precondition = 'pass' | 'not-modified' | 'failed';

/**
 * Evaluates the preconditions in the order of RFC 9110, section 13.2.2. Call it only if the answer without them would
 * be a 2xx (section 13.2.1). Range and If-Range come after it. A field that is absent is undefined.
 *
 * `current` is null if the target has no representation now. Then `If-Match: *` fails and `If-None-Match: *` passes. A
 * list of tags that cannot be read matches nothing: it never leads to a 304, and refuses a method that changes
 * something, because the server did not understand its guard. A date that cannot be read is ignored, as sections 13.1.3
 * and 13.1.4 require.
 */
export function evaluatePreconditions(
  method: string,
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
  ifModifiedSince: string | undefined,
  ifUnmodifiedSince: string | undefined,
  current: Validators | null,
  nowMs: number,
): Precondition {
  const reads = method === 'GET' || method === 'HEAD';
  if (ifMatch !== undefined) {
    if (!meetsIfMatch(ifMatch, current)) return 'failed';
  } else if (ifUnmodifiedSince !== undefined && current !== null) {
    if (current.lastModified > parseHttpDate(ifUnmodifiedSince, nowMs)) return 'failed';
  }
  if (ifNoneMatch !== undefined) return checkIfNoneMatch(ifNoneMatch, current, reads);
  if (ifModifiedSince !== undefined && reads && current !== null) {
    if (current.lastModified <= parseHttpDate(ifModifiedSince, nowMs)) return 'not-modified';
  }
  return 'pass';
}

function meetsIfMatch(value: string, current: Validators | null): boolean {
  if (current === null) return false;
  const match = matchEntityTags(value, current.etag, 'strong');
  return match === 'any' || match === 'match';
}

function checkIfNoneMatch(value: string, current: Validators | null, reads: boolean): Precondition {
  const match = matchEntityTags(value, current === null ? '' : current.etag, 'weak');
  switch (match) {
    case 'any':
      if (current === null) return 'pass';
      return reads ? 'not-modified' : 'failed';
    case 'match':
      return reads ? 'not-modified' : 'failed';
    case 'no-match':
      return 'pass';
    case 'invalid':
      return reads ? 'pass' : 'failed';
  }
}
