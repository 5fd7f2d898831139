import type { ErrorCode } from '../frames/error-code.ts';
import { FRAME_HEADER } from '../frames/frame-type.ts';
import {
  writeGoAway,
  writePing,
  writeRstStream,
  writeSettings,
  writeSettingsAck,
  writeWindowUpdate,
} from '../frames/frame-writer.ts';

const NOTHING = new Uint8Array(0);
const FIRST = 256;
/** Memory that stays when the queue is empty. */
const KEPT = 1024;

/**
 * Frames that the connection itself has to say, in their order, until the caller takes them. The caller looks at `size`: a
 * client that asks and does not read makes it grow.
 */
export class ControlQueue {
  size = 0;
  private bytes: Uint8Array = NOTHING;
  /** Where the first frame that waits begins. */
  private start = 0;

  settings(settings: readonly (readonly [id: number, value: number])[]): void {
    this.wrote(writeSettings(this.room(FRAME_HEADER + settings.length * 6), this.end, settings));
  }

  settingsAck(): void {
    this.wrote(writeSettingsAck(this.room(FRAME_HEADER), this.end));
  }

  ping(ack: boolean, data: Uint8Array, from: number): void {
    this.wrote(writePing(this.room(FRAME_HEADER + 8), this.end, ack, data, from));
  }

  windowUpdate(stream: number, increment: number): void {
    this.wrote(writeWindowUpdate(this.room(FRAME_HEADER + 4), this.end, stream, increment));
  }

  rstStream(stream: number, code: ErrorCode): void {
    this.wrote(writeRstStream(this.room(FRAME_HEADER + 4), this.end, stream, code));
  }

  goAway(lastStream: number, code: ErrorCode, debug: string): void {
    this.wrote(writeGoAway(this.room(FRAME_HEADER + 8 + debug.length), this.end, lastStream, code, debug));
  }

  /** Moves as many whole frames as fit into `into[at, ...)`. Returns the offset behind them. */
  take(into: Uint8Array, at: number): number {
    const { bytes, start } = this;
    const room = into.length - at;
    let taken = this.size;
    if (taken > room) {
      taken = 0;
      for (let next = this.frameAt(start); taken + next <= room; next = this.frameAt(start + taken))
        taken += next;
    }
    for (let index = 0; index < taken; index++) into[at + index] = bytes[start + index];
    this.size -= taken;
    this.start = this.size === 0 ? 0 : start + taken;
    if (this.size === 0 && bytes.length > KEPT) this.bytes = NOTHING;
    return at + taken;
  }

  /** Bytes of the frame at an offset. */
  private frameAt(at: number): number {
    const { bytes } = this;
    return FRAME_HEADER + ((bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2]);
  }

  private get end(): number {
    return this.start + this.size;
  }

  /** Returns memory with room for `more` bytes behind those that wait. */
  private room(more: number): Uint8Array {
    if (this.end + more > this.bytes.length) {
      const waiting = this.bytes.subarray(this.start, this.end);
      const enough = this.size + more <= this.bytes.length / 2;
      const larger = enough ? this.bytes : new Uint8Array(Math.max(FIRST, (this.size + more) * 2));
      larger.set(waiting, 0);
      this.bytes = larger;
      this.start = 0;
    }
    return this.bytes;
  }

  private wrote(end: number): void {
    this.size = end - this.start;
  }
}
