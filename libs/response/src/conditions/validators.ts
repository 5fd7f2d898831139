import { formatHttpDate } from '../fields/date.ts';

/** Validators of a file (RFC 9110, section 8.8) and the comparison of entity tags. */

/** The identity and age of a file, from a stat. `mtimeMs` keeps its fraction. */
export interface FileStamp {
  readonly mtimeMs: number;
  readonly size: number;
  readonly ino: number;
  /** The time of the last change of any kind, if it is known. No program can set it, so it shows what `mtimeMs` hides. */
  readonly ctimeMs?: number | undefined;
}

/** Returns true if two stamps are of the same file, unchanged as far as a stamp can show (see `isSettled`). */
export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.mtimeMs === b.mtimeMs && a.size === b.size && a.ino === b.ino;
}

/** The validators of a selected representation. */
export interface Validators {
  /** The entity tag with its quotes, or `''` if there is none. */
  readonly etag: string;
  /** Last-Modified in milliseconds, whole seconds; NaN if there is none. */
  readonly lastModified: number;
}

/**
 * The time after its modification time in which a file can change again with the same time. Linux stamps files with the
 * tick of the clock (10 ms at worst), so 50 ms. A time in whole seconds may come from a file system that stores no more
 * (FAT: 2 s).
 */
const TICK_MS = 50;
const COARSE_MS = 2000;

/** Returns true if every change after `nowMs` shows in the modification time. False for times in the future. */
export function isSettled(mtimeMs: number, nowMs: number): boolean {
  return nowMs - mtimeMs >= (mtimeMs % 1000 === 0 ? COARSE_MS : TICK_MS);
}

/**
 * Returns true for a modification time that builders of images write in place of all times: 0 or 1 second after the
 * epoch. Every version of a file has it, so it cannot distinguish them.
 */
export function isFaked(mtimeMs: number): boolean {
  const seconds = Math.floor(mtimeMs / 1000);
  return seconds === 0 || seconds === 1;
}

/**
 * Returns the entity tag of a file: modification time in microseconds and size. Two machines with copies of one file
 * give one tag, so the inode is not part of it. The tag is strong as long as every change of the file changes its time
 * as well.
 * @param coding the coding in which the file stands for another file, `''` for none; the two never share a tag
 */
export function strongEtag(stamp: Pick<FileStamp, 'mtimeMs' | 'size'>, coding = ''): string {
  const micros = Math.round(stamp.mtimeMs * 1000);
  return `"${inBase36(micros)}-${inBase36(stamp.size)}${coding === '' ? '' : `-${coding}`}"`;
}

const PAIRS_BASE = 36 * 36;
/** The numbers below 36 squared, of two digits each. */
const PAIRS = Array.from({ length: PAIRS_BASE }, (_, number) => number.toString(36).padStart(2, '0'));

/** As `toString(36)`, which takes five times as long for numbers that are not small. */
function inBase36(value: number): string {
  if (!(value >= PAIRS_BASE && Number.isSafeInteger(value))) return value.toString(36);
  let text = '';
  let rest = value;
  while (rest >= PAIRS_BASE) {
    const high = Math.floor(rest / PAIRS_BASE);
    text = `${PAIRS[rest - high * PAIRS_BASE]}${text}`;
    rest = high;
  }
  return rest < 36 ? `${rest.toString(36)}${text}` : `${PAIRS[rest]}${text}`;
}

/**
 * Returns the entity tag to send at `nowMs`. It is weak while the file is not settled, because a second change within
 * the same tick would get the same tag, and no client may join a range of one version to a range of the other (RFC
 * 9110, section 8.8.1). The opaque part stays the same when the tag becomes strong, so revalidation still works.
 */
export function entityTag(stamp: FileStamp, nowMs: number, coding = ''): string {
  const tag = strongEtag(stamp, coding);
  return isSettled(stamp.mtimeMs, nowMs) ? tag : `W/${tag}`;
}

/**
 * Returns the Last-Modified time to send at `nowMs`, in whole seconds as in the field. Now replaces a time in the
 * future (RFC 9110, section 8.8.2.1). A client that has only this date cannot see a second change within the same
 * second. That is the field's resolution, and the reason why an entity tag is always sent beside it.
 */
export function lastModified(mtimeMs: number, nowMs: number): number {
  return Math.floor(Math.min(mtimeMs, nowMs) / 1000) * 1000;
}

/** The validators of a file whose versions cannot be distinguished. */
export const NO_VALIDATORS: Validators = { etag: '', lastModified: Number.NaN };

/** Returns the validators of a file at `nowMs`; none if its time is faked. */
export function fileValidators(stamp: FileStamp, nowMs: number, coding = ''): Validators {
  if (isFaked(stamp.mtimeMs)) return NO_VALIDATORS;
  return { etag: entityTag(stamp, nowMs, coding), lastModified: lastModified(stamp.mtimeMs, nowMs) };
}

/** Returns the Last-Modified field value of validators that have a time. */
export function formatLastModified(validators: Validators): string {
  return formatHttpDate(validators.lastModified);
}

/** Weak comparison (RFC 9110, section 8.8.3.2): the opaque tags are equal, weak or not. */
export function weakMatch(a: string, b: string): boolean {
  return a === b || opaque(a) === opaque(b);
}

/** Strong comparison: the tags are equal, and neither is weak. */
export function strongMatch(a: string, b: string): boolean {
  return a === b && !a.startsWith('W/');
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}

/** The result of comparing a list of entity tags with the current one. */
export type TagMatch = 'any' | 'match' | 'no-match' | 'invalid';

/** Returns true if `value` is one whole entity-tag (RFC 9110, section 8.8.3). */
export function isEntityTag(value: string): boolean {
  return tagEnd(value, 0) === value.length;
}

/**
 * Compares the value of If-Match or If-None-Match: `*`, or a list of entity tags, with empty elements allowed (RFC
 * 9110, section 5.6.1.2). `current` is the representation's tag, `''` if it has none. The whole list is read even after
 * a match, so the answer does not depend on the place of an error.
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

/** Returns the offset behind the entity-tag that begins at `start`, or -1. */
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
