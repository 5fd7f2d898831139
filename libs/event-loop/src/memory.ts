import { addressOf } from './ffi/libc.ts';

/**
 * Bytes at an address that does not move: the kernel may be given it, and may keep it until a completion.
 *
 * An FFI call with a raw address costs about 70 ns less than one with a Buffer, so the address is taken once. The
 * backing store of an `allocUnsafeSlow` Buffer lies outside V8's moving heap and lives as long as `bytes`.
 */
export class Memory {
  readonly bytes: Buffer;
  readonly address: number;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.address = addressOf(bytes);
  }

  /** Uninitialised memory of `size` bytes. */
  static allocate(size: number): Memory {
    return new Memory(Buffer.allocUnsafeSlow(size));
  }

  /** Uninitialised memory of `size` bytes that begins at a multiple of `boundary`. */
  static aligned(size: number, boundary: number): Memory {
    const room = Memory.allocate(size + boundary);
    const offset = (boundary - (room.address % boundary)) % boundary;
    return new Memory(room.bytes.subarray(offset, offset + size));
  }

  /** A copy of `text` in UTF-8, or of bytes that may lie anywhere. */
  static from(source: string | Uint8Array): Memory {
    const size = typeof source === 'string' ? Buffer.byteLength(source) : source.length;
    const memory = Memory.allocate(size);
    if (typeof source === 'string') memory.bytes.write(source);
    else memory.bytes.set(source);
    return memory;
  }

  get size(): number {
    return this.bytes.length;
  }
}
