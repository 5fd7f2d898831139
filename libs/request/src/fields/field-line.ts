import { COLON, CR, HTAB, LF, SP } from '../bytes/chars.ts';
import { tokenEnd, valueEnd, wordsOf } from '../bytes/scan.ts';
import { ErrorKind, type Fault } from '../request-error.ts';
import { fieldId } from './field-id.ts';
import type { Headers } from './headers.ts';

/**
 * Adds the field line `name ": " value` at `start` in `bytes`. The caller knows the lengths of name and value. The rules
 * are those of FieldSection, which must find the ends first. Here a colon in the name or a line end in the value is a
 * fault. The offsets in `headers` count from `base`.
 */
export function addLine(
  bytes: Uint8Array,
  base: number,
  start: number,
  nameLength: number,
  valueLength: number,
  headers: Headers,
  maxHeaders: number,
  fault: Fault,
): boolean {
  const colon = start + nameLength;
  const end = colon + 2 + valueLength;
  const nameStop = tokenEnd(bytes, start, colon);
  if (nameStop === start) {
    const c = bytes[start];
    return fault.note(c === CR ? ErrorKind.BARE_CR : lineStartError(c), start);
  }
  if (headers.count >= maxHeaders) return fault.note(ErrorKind.TOO_MANY_FIELDS, start);
  if (nameStop !== colon) return fault.note(nameError(bytes[nameStop]), nameStop);
  let first = colon + 1;
  while (first < end && (bytes[first] === SP || bytes[first] === HTAB)) first++;
  const stop = valueEnd(bytes, wordsOf(bytes), first, end);
  if (stop !== end) {
    const c = bytes[stop];
    return fault.note(c === CR ? ErrorKind.BARE_CR : valueError(c), stop);
  }
  const last = trimmedEnd(bytes, first, end);
  headers.add(fieldId(bytes, start, colon), start - base, colon - base, first - base, last - base);
  return true;
}

/** Returns where the value `bytes[first, end)` ends without the white space after it. */
export function trimmedEnd(bytes: Uint8Array, first: number, end: number): number {
  let last = end;
  while (last > first && (bytes[last - 1] === SP || bytes[last - 1] === HTAB)) last--;
  return last;
}

/** Why a line is refused if it begins with `c`, which is neither of a name nor CR. */
export function lineStartError(c: number): ErrorKind {
  if (c === SP || c === HTAB) return ErrorKind.OBS_FOLD;
  if (c === LF) return ErrorKind.BARE_LF;
  return c === COLON ? ErrorKind.EMPTY_FIELD_NAME : ErrorKind.BAD_FIELD_NAME;
}

/** Why a name is refused if `c` follows it. */
export function nameError(c: number): ErrorKind {
  if (c === SP || c === HTAB) return ErrorKind.SPACE_BEFORE_COLON;
  return c === CR || c === LF ? ErrorKind.MISSING_COLON : ErrorKind.BAD_FIELD_NAME;
}

/** Why a value is refused if it contains `c`, which is not CR. */
export function valueError(c: number): ErrorKind {
  return c === LF ? ErrorKind.BARE_LF : ErrorKind.BAD_FIELD_VALUE;
}
