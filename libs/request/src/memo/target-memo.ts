import { copyOfText, latin1 } from '../bytes/octets.ts';
import { keepWords, mixed, sameWords, WORD, wordsOf } from '../bytes/scan.ts';
import { type RequestHead, TargetForm } from '../head/head.ts';
import { Slots } from './slots.ts';

const SLOT_BITS = 10;
const SLOTS = 1 << SLOT_BITS;
/** Bytes of a target. A longer one is read each time. */
const MAX_LENGTH = 128;
const WORDS = MAX_LENGTH / WORD;

/** One target, and the strings that every head with these bytes gets. */
class Target {
  readonly length: number;
  readonly target: string;
  readonly rawPath: string;
  readonly path: string;
  readonly query: string;
  readonly hasQuery: boolean;

  /** Makes strings of its own. Those of the head may be slices that keep the whole head alive. */
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
 * Request targets in origin form that were read before, and what they mean. The same bytes give the same string objects.
 * So a caller that looks them up in a map finds their hash ready.
 *
 * It keeps only accepted targets, and only what depends on their bytes alone: at most 1,024 targets of at most 128 bytes.
 * That is 128 KiB for their bytes, and less than 600 KiB for their strings. The hash covers every byte. So the time of an
 * answer does not show how much of a guess is right, only whether somebody asked for all of it before. The cache of pages
 * shows that too.
 */
export class TargetMemo {
  private readonly slots = new Slots(SLOTS);
  private readonly words = new Int32Array(SLOTS * WORDS);
  private readonly kept: (Target | null)[] = new Array(SLOTS).fill(null);
  /** Tag of the target that `recall` last looked for, and whether it looked. */
  private tag = 0;
  private looked = false;

  /**
   * Gives `head` the meaning of the target in `bytes[start, end)`. Returns false if the target is not known. At least
   * four bytes must follow the target, as the version does.
   */
  recall(head: RequestHead, bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    this.looked = length <= MAX_LENGTH && !this.slots.passes();
    if (!this.looked) return false;
    const from = wordsOf(bytes);
    // The last word reaches into the version, whose first letters are always the same.
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

  /** Notes the meaning of the target in `bytes[start, end)`, which `recall` did not know. */
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
