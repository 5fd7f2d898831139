/** HTTP-date (RFC 9110, section 5.6.7). Times are milliseconds since the epoch, in UTC. */

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const SHORT_DAYS = 'SunMonTueWedThuFriSat';
const LONG_DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The length of an IMF-fixdate in characters and bytes. */
export const HTTP_DATE_LENGTH = 29;

const FIRST_MS = civilMs(0, 1, 1);
const LAST_MS = civilMs(9999, 12, 31) + 86_399_999;

const DAY_MS = 86_400_000;
/** The numbers below 60, of two digits each. */
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
/** Days that were formatted lately, at the day modulo the length: many files are of few days. */
const days = Array.from({ length: 64 }, () => ({ day: Number.NaN, text: '' }));

/** Returns `ms` as IMF-fixdate, always 29 characters. A time outside four-digit years becomes the nearest one inside. */
export function formatHttpDate(ms: number): string {
  const within = Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, FIRST_MS), LAST_MS);
  const day = Math.floor(within / DAY_MS);
  const seconds = Math.floor((within - day * DAY_MS) / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const clock = `${TWO_DIGITS[hours]}:${TWO_DIGITS[minutes - hours * 60]}:${TWO_DIGITS[seconds - minutes * 60]}`;
  return `${formatDay(day)}${clock} GMT`;
}

/** Returns the date of a day since the epoch with its space, `Sun, 06 Nov 1994 `. It costs ten times what the rest does. */
function formatDay(day: number): string {
  const known = days[day & (days.length - 1)]!;
  if (known.day !== day) {
    // ECMA-262 fixes this format. It is that of IMF-fixdate for every year from 0 to 9999.
    known.text = new Date(day * DAY_MS).toUTCString().slice(0, 17);
    known.day = day;
  }
  return known.text;
}

/**
 * Parses an HTTP-date. NaN if `value` has none of the three formats. `nowMs` resolves the two-digit year of the rfc850
 * format. The name of the day must be one, but need not be the right one. A leap second (":60") counts as the next
 * second.
 */
export function parseHttpDate(value: string, nowMs: number): number {
  if (value.length === HTTP_DATE_LENGTH && value.charCodeAt(3) === 0x2c) return parseImfFixdate(value);
  if (value.length === 24) return parseAsctime(value);
  return parseRfc850(value, nowMs);
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` */
function parseImfFixdate(v: string): number {
  if (!isShortDay(v) || !has(v, 4, ' ') || !has(v, 7, ' ') || !has(v, 11, ' ')) return Number.NaN;
  if (!has(v, 16, ' ') || !v.endsWith(' GMT')) return Number.NaN;
  return assemble(digits(v, 12, 4), monthAt(v, 8), digits(v, 5, 2), timeAt(v, 17));
}

/** `Sun Nov  6 08:49:37 1994` */
function parseAsctime(v: string): number {
  if (!isShortDay(v) || !has(v, 3, ' ') || !has(v, 7, ' ') || !has(v, 10, ' ') || !has(v, 19, ' '))
    return Number.NaN;
  const day = has(v, 8, ' ') ? digits(v, 9, 1) : digits(v, 8, 2);
  return assemble(digits(v, 20, 4), monthAt(v, 4), day, timeAt(v, 11));
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function parseRfc850(v: string, nowMs: number): number {
  const comma = v.indexOf(',');
  if (comma < 6 || !LONG_DAYS.includes(v.slice(0, comma)) || v.length !== comma + 24) return Number.NaN;
  const at = comma + 1;
  if (!has(v, at, ' ') || !has(v, at + 3, '-') || !has(v, at + 7, '-') || !has(v, at + 10, ' '))
    return Number.NaN;
  if (!v.endsWith(' GMT')) return Number.NaN;
  const yearOfCentury = digits(v, at + 8, 2);
  if (yearOfCentury < 0) return Number.NaN;
  const month = monthAt(v, at + 4);
  const day = digits(v, at + 1, 2);
  const time = timeAt(v, at + 11);
  // The latest year with these two digits that is not more than 50 years ahead.
  const thisYear = new Date(nowMs).getUTCFullYear();
  const limit = new Date(nowMs).setUTCFullYear(thisYear + 50);
  const century = thisYear - (thisYear % 100);
  for (let year = century + 100 + yearOfCentury; year >= 0; year -= 100) {
    const ms = assemble(year, month, day, time);
    if (!(ms > limit)) return ms;
  }
  return Number.NaN;
}

/** Returns the time, or NaN. A part is -1 if it was invalid. */
function assemble(year: number, month: number, day: number, time: number): number {
  if (year < 0 || month < 1 || time < 0 || day < 1 || day > daysIn(year, month)) return Number.NaN;
  return civilMs(year, month, day) + time;
}

function has(v: string, at: number, mark: string): boolean {
  return v.charCodeAt(at) === mark.charCodeAt(0);
}

function digits(v: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = v.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Parses hh:mm:ss as milliseconds, or returns -1. */
function timeAt(v: string, at: number): number {
  const hour = digits(v, at, 2);
  const minute = digits(v, at + 3, 2);
  const second = digits(v, at + 6, 2);
  if (hour < 0 || minute < 0 || second < 0 || !has(v, at + 2, ':') || !has(v, at + 5, ':')) return -1;
  if (hour > 23 || minute > 59 || second > 60) return -1;
  return ((hour * 60 + minute) * 60 + second) * 1000;
}

function monthAt(v: string, at: number): number {
  const found = MONTHS.indexOf(v.slice(at, at + 3));
  return found % 3 === 0 ? found / 3 + 1 : -1;
}

function isShortDay(v: string): boolean {
  return SHORT_DAYS.indexOf(v.slice(0, 3)) % 3 === 0;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Date.UTC takes the years 0 to 99 as 1900 to 1999; this does not. 400 years are always 146,097 days. */
function civilMs(year: number, month: number, day: number): number {
  return Date.UTC(year + 400, month - 1, day) - 146_097 * 86_400_000;
}

/**
 * The current date for the Date field, formatted once a second however often it is used. The caller reads the clock and
 * passes its milliseconds to `update`.
 */
export class DateClock {
  /** The IMF-fixdate of the last update, 29 characters. */
  text: string;
  private second: number;

  constructor(nowMs: number) {
    this.second = Math.floor(nowMs / 1000);
    this.text = formatHttpDate(nowMs);
  }

  /** Takes the time. Returns true if the text has changed. It follows a clock that was set back. */
  update(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second === this.second) return false;
    this.second = second;
    this.text = formatHttpDate(nowMs);
    return true;
  }
}
