import { trimBlanks } from '../fields/blanks.ts';
import { parseHttpDate } from '../fields/date.ts';
import { isEntityTag, strongMatch, type Validators } from './validators.ts';

/** A span of a representation. Both positions are included, as in Content-Range. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What a Range field requests of a representation: everything (no or no usable Range, answer 200), nothing that it has
 * (416), or these spans (206): at least one, and none overlaps or touches another.
 */
export type RangeSet =
  | { readonly kind: 'whole' }
  | { readonly kind: 'unsatisfiable' }
  | { readonly kind: 'ranges'; readonly ranges: readonly ByteRange[] };

/** Most ranges in one field. No honest reader requests more, and the field is then ignored (RFC 9110, section 14.2). */
export const MAX_RANGES = 64;

const USUAL_UNIT = 'bytes=';
const WHOLE: RangeSet = { kind: 'whole' };
const UNSATISFIABLE: RangeSet = { kind: 'unsatisfiable' };

/**
 * Parses a Range field for a representation of `size` bytes (RFC 9110, section 14.1.2). It ignores a unit other than
 * bytes and a set that breaks the grammar. It joins ranges that overlap or touch, and sorts the set then. Otherwise the
 * ranges keep the order of the request, which may be the order in which the client wants them.
 */
export function parseRange(value: string, size: number): RangeSet {
  const equals = value.indexOf('=');
  if (!value.startsWith(USUAL_UNIT) && (equals < 0 || value.slice(0, equals).toLowerCase() !== 'bytes'))
    return WHOLE;
  if (!value.includes(',')) return only(parseSpec(trimBlanks(value.slice(equals + 1)), size));
  const specs = value.slice(equals + 1).split(',', MAX_RANGES * 2);
  const ranges: ByteRange[] = [];
  let asked = 0;
  let wholeSuffix = false;
  for (const spec of specs) {
    const trimmed = trimBlanks(spec);
    if (trimmed === '') continue;
    if (++asked > MAX_RANGES) return WHOLE;
    const range = parseSpec(trimmed, size);
    if (range === null) return WHOLE;
    if (range.first <= range.last) ranges.push(range);
    else if (range.last === EMPTY_SUFFIX) wholeSuffix = true;
  }
  if (asked === 0 || specs.length === MAX_RANGES * 2) return WHOLE;
  // A suffix of an empty file is satisfiable, but no Content-Range can express it.
  if (ranges.length === 0) return wholeSuffix ? WHOLE : UNSATISFIABLE;
  return { kind: 'ranges', ranges: coalesce(ranges) };
}

/** Returns the set of a field with one range-spec. */
function only(range: ByteRange | null): RangeSet {
  if (range === null || range.last === EMPTY_SUFFIX) return WHOLE;
  return range.first <= range.last ? { kind: 'ranges', ranges: [range] } : UNSATISFIABLE;
}

/** `last` of the range that means "a suffix of nothing". `first` is then greater. */
const EMPTY_SUFFIX = -2;
const NOWHERE: ByteRange = { first: 0, last: -1 };
const NOTHING_OF_NOTHING: ByteRange = { first: 0, last: EMPTY_SUFFIX };

/** Parses one range-spec. Null if it breaks the grammar; first > last if it is valid but selects no byte. */
function parseSpec(spec: string, size: number): ByteRange | null {
  const dash = spec.indexOf('-');
  if (dash < 0) return null;
  const tail = position(spec, dash + 1, spec.length);
  if (dash === 0) {
    if (tail < 0) return null;
    if (tail === 0) return NOWHERE;
    if (size === 0) return NOTHING_OF_NOTHING;
    return { first: Math.max(0, size - tail), last: size - 1 };
  }
  const first = position(spec, 0, dash);
  if (first < 0) return null;
  const open = dash === spec.length - 1;
  if (!open && (tail < 0 || tail < first)) return null;
  if (first >= size) return NOWHERE;
  return { first, last: open ? size - 1 : Math.min(tail, size - 1) };
}

/** Parses 1*DIGIT in [start, end), or returns -1. A position beyond every file is limited to a safe integer. */
function position(text: string, start: number, end: number): number {
  if (start >= end) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = Math.min(value * 10 + digit, Number.MAX_SAFE_INTEGER);
  }
  return value;
}

/** Joins overlapping and touching ranges, so that no byte is ever sent twice (RFC 9110, section 15.3.7.2). */
function coalesce(asked: readonly ByteRange[]): readonly ByteRange[] {
  const sorted = [...asked].sort((a, b) => a.first - b.first);
  const joined: ByteRange[] = [];
  for (const range of sorted) {
    const before = joined[joined.length - 1];
    if (before === undefined || range.first > before.last + 1) joined.push(range);
    else if (range.last > before.last) joined[joined.length - 1] = { first: before.first, last: range.last };
  }
  return joined.length === asked.length ? asked : joined;
}

/** Returns the Content-Range of one part: `bytes 0-499/1234`. */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.first}-${range.last}/${size}`;
}

/** Returns the Content-Range of a 416. */
export function unsatisfiedRange(size: number): string {
  return `bytes */${size}`;
}

/** Milliseconds between two dates that prove that nothing changed in between (RFC 9110, section 8.8.2.2). */
const STRONG_DATE_MS = 1000;

/**
 * Returns true if the Range field applies under If-Range (RFC 9110, section 13.1.5). A tag must match by strong
 * comparison. A date must equal Last-Modified, which must be a second old, because an earlier version may have had it
 * too. Any other value makes the condition false, and the whole representation is sent.
 */
export function ifRangeHolds(ifRange: string | undefined, current: Validators, nowMs: number): boolean {
  if (ifRange === undefined) return true;
  if (isEntityTag(ifRange)) return strongMatch(ifRange, current.etag);
  const date = parseHttpDate(ifRange, nowMs);
  return date === current.lastModified && nowMs - date >= STRONG_DATE_MS;
}
