import { copyOfText } from '../bytes/octets.ts';
import { keepWords, mixed, sameWords, WORD, wordsOf } from '../bytes/scan.ts';
import { FieldId } from '../fields/field-id.ts';
import { Headers } from '../fields/headers.ts';
import type { RequestHead } from '../head/head.ts';
import { Slots } from './slots.ts';

const SLOT_BITS = 7;
const SLOTS = 1 << SLOT_BITS;
/** Bytes of a section with its empty line. A larger section, or one of more than MAX_LINES, is read each time. */
const MAX_LENGTH = 1024;
const WORDS = MAX_LENGTH / WORD;
const MAX_LINES = 32;
/** `Host:a` and two line ends. No section of HTTP/1.1 is shorter. */
const MIN_LENGTH = 10;
/** CR LF CR LF as a word. It ends a section, and is nowhere else in it. */
const EMPTY_LINE = 0x0a0d0a0d;
/** Names of fields that prove who somebody is. There are more of them than a table could list. */
const SECRET = /auth|cookie|credential|key|pass|secret|session|sign|token/i;

/** One field section, and what it means in an HTTP/1.1 request whose target is in origin form. */
export class Section {
  readonly slot: number;
  readonly length: number;
  readonly headers: Headers;
  private readonly host: string;
  private readonly port: number;
  private readonly contentLength: number;
  private readonly chunked: boolean;
  private readonly keepAlive: boolean;
  private readonly expectContinue: boolean;

  constructor(slot: number, head: RequestHead, bytes: Uint8Array, start: number, end: number) {
    this.slot = slot;
    this.length = end - start;
    this.headers = Headers.standing(head.headers, bytes, start, end);
    this.host = copyOfText(head.host);
    this.port = head.port;
    this.contentLength = head.contentLength;
    this.chunked = head.chunked;
    this.keepAlive = head.keepAlive;
    this.expectContinue = head.expectContinue;
  }

  /** Gives the head everything except the lines themselves. */
  decide(head: RequestHead): void {
    head.host = this.host;
    head.port = this.port;
    head.contentLength = this.contentLength;
    head.chunked = this.chunked;
    head.keepAlive = this.keepAlive;
    head.expectContinue = this.expectContinue;
  }
}

/**
 * Field sections that were read before. A client sends the same one with nearly every request. If a section equals a
 * known one byte for byte, up to its empty line, it means the same and is not read again.
 *
 * The memo keeps only accepted sections of HTTP/1.1 with a target in origin form: their meaning depends on their bytes
 * alone. Each parser checks its own limits again. The memo never keeps a section with a secret (Cookie, Authorization, a
 * field with a name like theirs). Otherwise the time of a comparison would show a stranger how much of a guess is right.
 * It holds at most 128 sections of at most 1 KiB: 128 KiB for their bytes, and less than 600 KiB for their strings and
 * tables.
 */
export class SectionMemo {
  private readonly slots = new Slots(SLOTS);
  private readonly words = new Int32Array(SLOTS * WORDS);
  private readonly kept: (Section | null)[] = new Array(SLOTS).fill(null);
  /** The section that was found last. */
  private recent: Section | null = null;
  /** Tag and length of the section that `recall` last looked for. The length is 0 if its end was not known. */
  private tag = 0;
  private tagged = 0;
  private looked = false;

  /**
   * Returns the known section that `bytes[start, end)` is or begins with, or null. The end of a section is not known
   * before it is read. Mostly it is the end of the received bytes. If a body or the next request follows, only the
   * section that was found last is tried.
   */
  recall(bytes: Uint8Array, start: number, end: number): Section | null {
    const length = end - start;
    this.tagged = 0;
    this.looked = length >= MIN_LENGTH && !this.slots.passes();
    if (!this.looked) return null;
    const from = wordsOf(bytes);
    if (length <= MAX_LENGTH && from.getInt32(end - WORD, true) === EMPTY_LINE) {
      const tag = fingerprint(from, start, length);
      this.tag = tag;
      this.tagged = length;
      const found = this.held(tag, from, start, length);
      if (found !== null) return found;
    }
    const { recent } = this;
    if (recent === null || recent.length >= length || !this.equals(recent, from, start)) return null;
    this.slots.hit(recent.slot);
    return recent;
  }

  /** Notes the meaning of the section in `bytes[start, end)`, which `recall` did not know. */
  learn(head: RequestHead, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const { headers } = head;
    if (!this.looked || length > MAX_LENGTH || headers.count > MAX_LINES) return;
    if (headers.hasKnown(FieldId.COOKIE) || headers.hasKnown(FieldId.AUTHORIZATION)) return;
    let tag = this.tag;
    if (this.tagged !== length) {
      // More bytes follow it, so `recall` did not look for it. If it is held, it is the one to try from now on.
      const from = wordsOf(bytes);
      tag = fingerprint(from, start, length);
      if (this.held(tag, from, start, length) !== null) return;
    }
    if (this.slots.missed(tag >>> (32 - SLOT_BITS), tag)) this.keep(tag, head, bytes, start, end);
  }

  /** Returns the section of this tag if it is held and equals the bytes, otherwise null. */
  private held(tag: number, from: DataView, start: number, length: number): Section | null {
    const slot = tag >>> (32 - SLOT_BITS);
    if (!this.slots.mayHold(slot, tag)) return null;
    const section = this.kept[slot];
    if (section === null || section.length !== length || !this.equals(section, from, start)) return null;
    this.slots.hit(slot);
    this.recent = section;
    return section;
  }

  private keep(tag: number, head: RequestHead, bytes: Uint8Array, start: number, end: number): void {
    const slot = tag >>> (32 - SLOT_BITS);
    if (this.recent === this.kept[slot]) this.recent = null;
    if (hasSecret(head.headers)) {
      this.slots.clear(slot);
      return;
    }
    keepWords(wordsOf(bytes), start, this.words, slot * WORDS, (end - start) >> 2);
    this.kept[slot] = new Section(slot, head, bytes, start, end);
  }

  /** The words cover all but at most three bytes at the end. Those belong to the empty line, which is compared first. */
  private equals(section: Section, from: DataView, start: number): boolean {
    const { length } = section;
    return (
      from.getInt32(start + length - WORD, true) === EMPTY_LINE &&
      sameWords(from, start, this.words, section.slot * WORDS, length >> 2)
    );
  }
}

/** Mixes the length and five words of the section: from its host, its last value, and three places in between. */
function fingerprint(from: DataView, start: number, length: number): number {
  let tag = mixed(length, from.getInt32(start + 5, true));
  tag = mixed(tag, from.getInt32(start + (length >> 2), true));
  tag = mixed(tag, from.getInt32(start + (length >> 1), true));
  tag = mixed(tag, from.getInt32(start + length - (length >> 2) - WORD, true));
  return mixed(tag, from.getInt32(start + length - 2 * WORD, true));
}

function hasSecret(headers: Headers): boolean {
  for (let index = 0; index < headers.count; index++) {
    if (SECRET.test(headers.name(index))) return true;
  }
  return false;
}
