import { MODE } from '../ffi/file-layout.ts';
import { statusLength, statusMode } from '../ffi/paths.ts';

/** Places in which a path may stand. They lie in one line of the processor's cache. */
const WAYS = 4;
const BUCKETS = 1 << 14;
/** Milliseconds of one unit of time, and how many units a look holds: 8 to 12 seconds. */
const UNIT_MS = 4096;
const HOLDS = 2;

/** A place: the bits of a length and one more, the time of the look, and the rest of the path's fingerprint. */
const LENGTH = 0x3f;
const TIME_AT = 6;
const TIME = 0x3ff;
const TAG = -1 << 16;
/** The greatest length of so many bits less one. */
const LENGTHS = Array.from({ length: LENGTH + 1 }, (_, bits) => 2 ** (bits - 1) - 1);

/**
 * The regular files that were looked at lately. A look comes before an open so that no device, FIFO or socket is opened by
 * mistake. It proves nothing, as another file can take the name a moment later. So a file that was seen a few seconds
 * ago needs no other look: the facts of the open file say what it is now.
 */
export class SeenFiles {
  /** Made on the first use. */
  private places: Int32Array | null = null;
  /** The place of the file that was found last, and about the length that it had; -1 if the last one was looked at. */
  private last = -1;
  private length = -1;

  /**
   * @param top a number of the folder that the path is relative to
   * @param now milliseconds of a clock that only goes forward
   * @returns whether the file was seen lately
   */
  find(top: number, path: string, now: number): boolean {
    const { places } = this;
    this.length = -1;
    if (places === null) return false;
    const print = fingerprint(top, path);
    const first = bucketOf(print);
    const time = Math.floor(now / UNIT_MS);
    for (let at = first; at < first + WAYS; at++) {
      const place = places[at] as number;
      if (((place ^ print) & TAG) !== 0 || (place & LENGTH) === 0) continue;
      if (ageOf(place, time) > HOLDS) return false;
      this.last = at;
      this.length = LENGTHS[place & LENGTH] as number;
      return true;
    }
    return false;
  }

  /** The next file is looked at. */
  pass(): void {
    this.length = -1;
  }

  /**
   * The length of the regular file that was opened last, Infinity for anything else. It is as old as the look, which came
   * before the file was opened, maybe seconds before. So it is only a hint.
   */
  get lookedLength(): number {
    if (this.length >= 0) return this.length;
    return statusMode() === MODE.FILE ? statusLength() : Number.POSITIVE_INFINITY;
  }

  /** Remembers the file that was looked at last, if it was a regular one. Parameters as of `find`. */
  add(top: number, path: string, now: number): void {
    if (statusMode() !== MODE.FILE) return;
    this.places ??= new Int32Array(BUCKETS * WAYS);
    const { places } = this;
    const print = fingerprint(top, path);
    const first = bucketOf(print);
    const time = Math.floor(now / UNIT_MS);
    let oldest = first;
    let age = -1;
    for (let at = first; at < first + WAYS; at++) {
      const place = places[at] as number;
      const known = ((place ^ print) & TAG) === 0;
      const old = known ? TIME + 2 : (place & LENGTH) === 0 ? TIME + 1 : ageOf(place, time);
      if (old <= age) continue;
      age = old;
      oldest = at;
    }
    const bits = Math.ceil(Math.log2(statusLength() + 1)) + 1;
    places[oldest] = (print & TAG) | ((time & TIME) << TIME_AT) | bits;
  }

  /** What was opened last is no regular file. It is looked at again before the next open. */
  forgetLast(): void {
    if (this.places !== null && this.length >= 0) this.places[this.last] = 0;
  }
}

/** Of all folders of the process. */
export const seenFiles = new SeenFiles();

function ageOf(place: number, time: number): number {
  return (time - (place >> TIME_AT)) & TIME;
}

function bucketOf(print: number): number {
  return (print & (BUCKETS - 1)) * WAYS;
}

const { imul } = Math;

/** FNV-1a over the character codes, and a last turn that spreads what the last ones have changed. */
function fingerprint(top: number, path: string): number {
  let hash = 0x811c9dc5 ^ top;
  for (let i = 0; i < path.length; i++) hash = imul(hash ^ path.charCodeAt(i), 0x01000193);
  return imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
}
