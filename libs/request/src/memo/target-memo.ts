import { copyOfText } from '../bytes/octets.ts';
import { latin1 } from '../bytes/text.ts';
import { keepWords, mixed, sameWords, WORD, wordsOf } from '../bytes/words.ts';
import { type RequestHead, TargetForm } from '../head/head.ts';
import { Slots } from './slots.ts';

const SLOT_BITS = 10;
const SLOTS = 1 << SLOT_BITS;
/** Bytes of a target; a longer one is read each time. */
const MAX_LENGTH = 128;
const WORDS = MAX_LENGTH / WORD;

/** One target, and the strings that every head with these bytes is given. */
class Target {
  readonly length: number;
  readonly target: string;
  readonly rawPath: string;
  readonly path: string;
  readonly query: string;
  readonly hasQuery: boolean;

  /** Strings of its own: those of the head may be slices of all of it. */
  constructor(head: RequestHead, bytes: Uint8Array, start: number, end: number) {
    const text = latin1(bytes, start, end);
    this.length = end - start;
    this.target = text;
    this.rawPath = head.rawPath.length === text.length ? text : text.substring(0, head.rawPath.length);
    this.path = head.path === head.rawPath ? this.rawPath : copyOfText(head.path);
    this.query = head.query === '' ? '' : text.substring(head.rawPath.length + 1);
    this.hasQuery = head.hasQuery;
  }
}

/**
 * Request targets in origin form that were read before, and what they came to. The same bytes give the same strings, the
 * very objects: whoever looks them up in a map finds their hash ready.
 *
 * What is kept depends on the bytes of the target alone; only what was accepted is kept. It holds at most 1,024 targets of
 * at most 128 bytes: 128 KiB for their bytes, and less than 600 KiB for their strings. The hash covers every byte, so
 * that the time of an answer tells nobody how much of a guess is right, only whether all of it was asked for before; and
 * that a page's place in the cache tells as well.
 */
export class TargetMemo {
  private readonly slots = new Slots(SLOTS);
  private readonly words = new Int32Array(SLOTS * WORDS);
  private readonly kept: (Target | null)[] = new Array(SLOTS).fill(null);
  /** Of the target that was last asked for, if it was looked for. */
  private tag = 0;
  private looked = false;

  /**
   * Gives `head` what the target in `bytes[start, end)` comes to; false where it is not known. At least four bytes must
   * follow the target, as the version does.
   */
  recall(head: RequestHead, bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    this.looked = length <= MAX_LENGTH && !this.slots.passes();
    if (!this.looked) return false;
    const from = wordsOf(bytes);
    // The last word reaches into the version, whose first letters never differ.
    let tag = length;
    for (let pos = start; pos < end; pos += WORD) tag = mixed(tag, from.getInt32(pos, true));
    this.tag = tag;
    const slot = tag >>> (32 - SLOT_BITS);
    if (!this.slots.mayHold(slot, tag)) return false;
    const found = this.kept[slot];
    const count = (length + WORD - 1) >> 2;
    if (found === null || found.length !== length || !sameWords(from, start, this.words, slot * WORDS, count))
      return false;
    this.slots.hit(slot);
    head.form = TargetForm.ORIGIN;
    head.target = found.target;
    head.rawPath = found.rawPath;
    head.path = found.path;
    head.query = found.query;
    head.hasQuery = found.hasQuery;
    return true;
  }

  /** After `recall` did not know it: takes note of what the target in `bytes[start, end)` came to. */
  learn(head: RequestHead, bytes: Uint8Array, start: number, end: number): void {
    if (!this.looked) return;
    const { tag } = this;
    if (this.slots.missed(tag >>> (32 - SLOT_BITS), tag)) this.keep(tag, head, bytes, start, end);
  }

  private keep(tag: number, head: RequestHead, bytes: Uint8Array, start: number, end: number): void {
    const slot = tag >>> (32 - SLOT_BITS);
    const count = (end - start + WORD - 1) >> 2;
    keepWords(wordsOf(bytes), start, this.words, slot * WORDS, count);
    this.kept[slot] = new Target(head, bytes, start, end);
  }
}
