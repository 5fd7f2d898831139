import { WORD } from '../bytes/scan.ts';
import { FieldId } from './field-id.ts';

/*
 * Names that clients send, with the colon after them, compared four bytes at a time. If a line begins with one, the
 * reader need not search for the end of the name, check it or look it up. Any other name is read byte by byte.
 */

/** Names that browsers and proxies send, although this server does not use their values. */
const COMMON = [
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-user',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'sec-gpc',
  'upgrade-insecure-requests',
  'priority',
  'pragma',
  'dnt',
  'keep-alive',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'x-requested-with',
];

const CASE = 0x20202020;
const LETTER_CASE = 0x20;
const SLOT_BITS = 8;
/** Words of one spelling. A name has at most 32 bytes with the colon. */
const STRIDE = 8;

/** All spellings: where their words are, how they are compared, and what they mean. */
interface Spellings {
  /** First spelling of each slot, and for each spelling the next one in its slot. 0 ends the chain. */
  readonly slot: Uint8Array;
  readonly next: Uint8Array;
  /** Bytes of the name and its colon. */
  readonly size: Uint8Array;
  readonly id: Uint8Array;
  /** Words of the name in lower case, from its start. */
  readonly words: Int32Array;
  /** Bits that are set in a word before it is compared: the case bit of its letters, and of letters alone. */
  readonly cases: Int32Array;
  /** The last four bytes of the name and its colon, and their case bits. */
  readonly last: Int32Array;
  readonly lastCase: Int32Array;
}

function slotOf(first: number): number {
  return Math.imul(first | CASE, 0x9e3779b1) >>> (32 - SLOT_BITS);
}

function spellings(): Spellings {
  const names: (readonly [name: string, id: number])[] = [['', FieldId.UNKNOWN]];
  for (const [constant, id] of Object.entries(FieldId)) {
    // TE and its colon are shorter than a word.
    if (id !== FieldId.UNKNOWN && id !== FieldId.TE)
      names.push([constant.toLowerCase().replaceAll('_', '-'), id]);
  }
  for (const name of COMMON) names.push([name, FieldId.UNKNOWN]);
  const count = names.length;
  const made: Spellings = {
    slot: new Uint8Array(1 << SLOT_BITS),
    next: new Uint8Array(count),
    size: new Uint8Array(count),
    id: new Uint8Array(count),
    words: new Int32Array(count * STRIDE),
    cases: new Int32Array(count * STRIDE),
    last: new Int32Array(count),
    lastCase: new Int32Array(count),
  };
  for (let index = count - 1; index > 0; index--) add(made, index, names[index]);
  return made;
}

function add(made: Spellings, index: number, [name, id]: readonly [string, number]): void {
  const bytes = Uint8Array.from(`${name}:`, (letter) => letter.charCodeAt(0));
  const cases = bytes.map((c) => (c >= 0x61 && c <= 0x7a ? LETTER_CASE : 0));
  const words = new DataView(bytes.buffer);
  const caseWords = new DataView(cases.buffer);
  const size = bytes.length;
  for (let at = 0; at + WORD <= size; at += WORD) {
    made.words[index * STRIDE + at / WORD] = words.getInt32(at, true);
    made.cases[index * STRIDE + at / WORD] = caseWords.getInt32(at, true);
  }
  made.last[index] = words.getInt32(size - WORD, true);
  made.lastCase[index] = caseWords.getInt32(size - WORD, true);
  made.size[index] = size;
  made.id[index] = id;
  const slot = slotOf(words.getInt32(0, true));
  made.next[index] = made.slot[slot];
  made.slot[slot] = index;
}

/** All readers may share it: nothing writes it after load. */
const KNOWN: Spellings = spellings();

/** Returns the bytes of the name and the colon of a spelling. */
export function spelledSize(spelling: number): number {
  return KNOWN.size[spelling];
}

/** Returns the FieldId of a spelling. */
export function spelledId(spelling: number): FieldId {
  return KNOWN.id[spelling] as FieldId;
}

/** Returns the spelling, in any case, with which the line at `start` begins, or 0. `words` are those of its bytes. */
type Speller = (words: DataView, start: number, end: number) => number;

export const spellingAt: Speller = makeSpellingAt();

function makeSpellingAt(): Speller {
  const { slot, next, size, words: spelled, cases, last, lastCase } = KNOWN;
  return function spellingAt(words, start, end) {
    if (end - start < WORD) return 0;
    let index = slot[slotOf(words.getInt32(start, true))];
    while (index !== 0) {
      const stop = start + size[index];
      if (stop <= end && (words.getInt32(stop - WORD, true) | lastCase[index]) === last[index]) {
        let word = index * STRIDE;
        let pos = start;
        while (pos + WORD <= stop && (words.getInt32(pos, true) | cases[word]) === spelled[word]) {
          pos += WORD;
          word++;
        }
        if (pos + WORD > stop) return index;
      }
      index = next[index];
    }
    return 0;
  };
}
