import { formatHttpDate } from '../fields/date.ts';

/**
 * Validators of a file (RFC 9110 section 8.8) and the comparison of entity tags.
 */

/** What a stat says of a file's identity and age. `mtimeMs` keeps its fraction. */
export interface FileStamp {
  readonly mtimeMs: number;
  readonly size: number;
  readonly ino: number;
}

/** Whether two stamps are of the same file, unchanged as far as a stamp can tell (see `isSettled`). */
export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.mtimeMs === b.mtimeMs && a.size === b.size && a.ino === b.ino;
}

/** The validators of a selected representation. */
export interface Validators {
  /** Entity tag with its quotes, or `''` where there is none. */
  readonly etag: string;
  /** Last-Modified in milliseconds, whole seconds; NaN where there is none. */
  readonly lastModified: number;
}

/**
 * How long after its modification time a file can still change without that time changing: Linux stamps files
 * with the tick of the clock (10 ms at worst), so 50 ms; a time in whole seconds may come from a file system
 * that knows no better (FAT: 2 s).
 */
const TICK_MS = 50;
const COARSE_MS = 2000;

/** Whether a change after `nowMs` is certain to show in the modification time. False for times in the future. */
export function isSettled(mtimeMs: number, nowMs: number): boolean {
  return nowMs - mtimeMs >= (mtimeMs % 1000 === 0 ? COARSE_MS : TICK_MS);
}

/**
 * Whether a modification time is one that builders of images write in place of all times: 0 or 1 second after the epoch.
 * Every version of a file has it, so that it tells none of them from another.
 */
export function isFaked(mtimeMs: number): boolean {
  const seconds = Math.floor(mtimeMs / 1000);
  return seconds === 0 || seconds === 1;
}

/**
 * The entity tag of a file: modification time in microseconds and size. Two machines that hold copies of one file give
 * one tag, so the inode is no part of it. Strong, as long as whoever changes a file changes its time as well.
 * @param coding the coding in which the file stands for another one, `''` for none: the two never share a tag
 */
export function strongEtag(stamp: Pick<FileStamp, 'mtimeMs' | 'size'>, coding = ''): string {
  const micros = Math.round(stamp.mtimeMs * 1000);
  return `"${micros.toString(36)}-${stamp.size.toString(36)}${coding === '' ? '' : `-${coding}`}"`;
}

/**
 * The entity tag to send at `nowMs`: weak while the file is not settled, because a second change within the same
 * tick would get the same tag, and a range of one must never be joined to a range of the other (RFC 9110
 * section 8.8.1). The opaque part does not change when it becomes strong, so revalidation goes on.
 */
export function entityTag(stamp: FileStamp, nowMs: number, coding = ''): string {
  const tag = strongEtag(stamp, coding);
  return isSettled(stamp.mtimeMs, nowMs) ? tag : `W/${tag}`;
}

/**
 * The Last-Modified time to send at `nowMs`, in whole seconds as the field says it. A time in the future is
 * replaced by now (RFC 9110 section 8.8.2.1). A client that has only this date cannot see a second change within
 * the same second; that is the field's resolution, and why an entity tag is always sent beside it.
 */
export function lastModified(mtimeMs: number, nowMs: number): number {
  return Math.floor(Math.min(mtimeMs, nowMs) / 1000) * 1000;
}

/** There is nothing to tell one version from another by. */
export const NO_VALIDATORS: Validators = { etag: '', lastModified: Number.NaN };

/** The validators of a file at `nowMs`; none where its time is faked. */
export function fileValidators(stamp: FileStamp, nowMs: number, coding = ''): Validators {
  if (isFaked(stamp.mtimeMs)) return NO_VALIDATORS;
  return { etag: entityTag(stamp, nowMs, coding), lastModified: lastModified(stamp.mtimeMs, nowMs) };
}

/** The Last-Modified field value of validators that have a time. */
export function formatLastModified(validators: Validators): string {
  return formatHttpDate(validators.lastModified);
}

/** Weak comparison (RFC 9110 section 8.8.3.2): the opaque tags are equal, weak or not. */
export function weakMatch(a: string, b: string): boolean {
  return a === b || opaque(a) === opaque(b);
}

/** Strong comparison: equal and neither weak. */
export function strongMatch(a: string, b: string): boolean {
  return a === b && !a.startsWith('W/');
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}

/** What a list of entity tags says of the current one. */
export type TagMatch = 'any' | 'match' | 'no-match' | 'invalid';

/** Whether `value` is one whole entity-tag (RFC 9110 section 8.8.3). */
export function isEntityTag(value: string): boolean {
  return tagEnd(value, 0) === value.length;
}

/**
 * Reads the value of If-Match or If-None-Match: `*`, or a list of entity tags, empty elements allowed (RFC 9110
 * section 5.6.1.2). `current` is the representation's tag, `''` where it has none. The whole list is read even
 * behind a match, so that the answer does not depend on where an error stands.
 */
export function matchEntityTags(value: string, current: string, comparison: 'weak' | 'strong'): TagMatch {
  if (value === '*') return 'any';
  const match = comparison === 'weak' ? weakMatch : strongMatch;
  let found = false;
  let members = 0;
  let at = 0;
  for (;;) {
    at = skipBlanks(value, at);
    if (at < value.length && value.charCodeAt(at) !== 0x2c) {
      const end = tagEnd(value, at);
      if (end < 0) return 'invalid';
      members++;
      if (current !== '' && match(value.slice(at, end), current)) found = true;
      at = skipBlanks(value, end);
    }
    if (at >= value.length) break;
    if (value.charCodeAt(at) !== 0x2c) return 'invalid';
    at++;
  }
  if (members === 0) return 'invalid';
  return found ? 'match' : 'no-match';
}

/** The offset behind the entity-tag that begins at `start`, or -1. */
function tagEnd(value: string, start: number): number {
  let at = start;
  if (value.startsWith('W/', at)) at += 2;
  if (value.charCodeAt(at) !== 0x22) return -1;
  for (at++; at < value.length; at++) {
    const c = value.charCodeAt(at);
    if (c === 0x22) return at + 1;
    if (c <= 0x20 || c === 0x7f || c > 0xff) return -1;
  }
  return -1;
}

function skipBlanks(value: string, start: number): number {
  let at = start;
  while (value.charCodeAt(at) === 0x20 || value.charCodeAt(at) === 0x09) at++;
  return at;
}
