import { Memory } from '../memory.ts';
import { writeName } from './names.ts';

/** Text, which is passed as UTF-8 and the raw bytes that it stands for (names.ts), or bytes as they are. */
export type ExecString = string | Uint8Array;

const USUAL = 16 << 10;
/** A larger environment is not kept for ever. */
const KEPT = 256 << 10;
/** A code unit of UTF-16 takes three bytes of UTF-8 at most: a pair of them takes four. */
const WIDEST = 3;
const HIGH = 2 ** 32;

/**
 * The strings of one execve(2) and the arrays of pointers to them, in memory that does not move. All of it is reserved
 * before any address is taken, by an upper bound: to measure a string costs as much as to write it.
 */
export class ExecStrings {
  private memory = Memory.allocate(USUAL);
  private view = viewOf(this.memory);
  private used = 0;

  /**
   * Forgets what was placed, and makes room for these.
   * @param single placed by `place`. @param lists placed by `pointers`
   * @returns false if a text holds a NUL
   */
  reserve(single: readonly ExecString[], lists: readonly (readonly ExecString[])[]): boolean {
    let size = 0;
    for (let index = 0; index < single.length; index++) size += roomFor(single[index]);
    for (let at = 0; at < lists.length; at++) {
      const list = lists[at];
      // A pointer to each, the closing null, and up to seven bytes to align them.
      size += 8 * list.length + 16;
      for (let index = 0; index < list.length; index++) size += roomFor(list[index]);
    }
    if (Number.isNaN(size)) return false;
    if (size > this.memory.size) this.renew(2 * size);
    this.used = 0;
    return true;
  }

  /** Ends the use of what was placed: nobody may read it any more. */
  release(): void {
    if (this.memory.size > KEPT) this.renew(USUAL);
  }

  /** Copies a text and a NUL behind it. @returns its address */
  place(text: ExecString): number {
    const { bytes, address } = this.memory;
    const start = this.used;
    if (typeof text === 'string') this.used += writeName(bytes, text, start);
    else {
      bytes.set(text, start);
      this.used += text.length;
    }
    bytes[this.used++] = 0;
    return address + start;
  }

  /**
   * Copies the texts behind an array of pointers to them, which a null pointer ends. @returns the address of the array
   */
  pointers(texts: readonly ExecString[]): number {
    const { address } = this.memory;
    const start = this.used + ((8 - ((address + this.used) & 7)) & 7);
    this.used = start + 8 * (texts.length + 1);
    let at = start;
    for (let index = 0; index < texts.length; index++) {
      this.point(at, this.place(texts[index]));
      at += 8;
    }
    this.point(at, 0);
    return address + start;
  }

  /** It writes two halves: a BigInt would be one more object for each pointer. */
  private point(at: number, address: number): void {
    this.view.setUint32(at, address >>> 0, true);
    this.view.setUint32(at + 4, Math.floor(address / HIGH), true);
  }

  private renew(size: number): void {
    this.memory = Memory.allocate(size);
    this.view = viewOf(this.memory);
  }
}

function viewOf({ bytes }: Memory): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** As many bytes as are enough for a text and its closing NUL; NaN if the text holds a NUL. */
function roomFor(text: ExecString): number {
  if (typeof text === 'string') return text.includes('\0') ? Number.NaN : WIDEST * text.length + 1;
  return text.includes(0) ? Number.NaN : text.length + 1;
}
