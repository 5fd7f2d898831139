import { IORING_REGISTER, URING_BUF, URING_BUF_REG } from '../../ffi/uring-layout.ts';
import { Memory } from '../../memory.ts';
import { register } from './ring.ts';

/**
 * The ring of buffers must begin with a page: otherwise the kernel refuses it (EINVAL). Pages of arm64 have 4, 16 or 64
 * KiB, and what begins with the largest begins with each.
 */
export const LARGEST_PAGE = 64 << 10;

/**
 * A ring of buffers. The kernel takes one when data arrives: a thousand connections wait, and none of them holds
 * memory. The completion brings the number of the buffer, and `recycle` gives it back, at the latest at the end of the
 * same round. So a kernel that finds none free (-ENOBUFS) finds some the next time it is asked.
 */
export class ProvidedBuffers {
  readonly group: number;
  readonly count: number;
  /** Bytes of one buffer. */
  readonly size: number;
  /** All of them: buffer n lies at n * size. */
  readonly memory: Memory;
  /** Lent and not given back: tests ask for it. */
  lent = 0;
  private readonly mask: number;
  /** The kernel takes the numbers of buffers from it. */
  readonly ring: Memory;
  private readonly shorts: Int16Array;
  private readonly words: Int32Array;
  private readonly addresses: Int32Array;
  private tail = 0;
  /** How far the kernel knows of what was given back. */
  private published = 0;

  private constructor(group: number, count: number, size: number) {
    this.group = group;
    this.count = count;
    this.size = size;
    this.mask = count - 1;
    this.memory = Memory.allocate(count * size);
    const length = count * URING_BUF.size;
    this.ring = Memory.aligned(length, LARGEST_PAGE);
    const { buffer, byteOffset } = this.ring.bytes;
    this.ring.bytes.fill(0);
    this.shorts = new Int16Array(buffer, byteOffset, length >> 1);
    this.words = new Int32Array(buffer, byteOffset, length >> 2);
    this.addresses = new Int32Array(2 * count);
    for (let id = 0; id < count; id++) {
      const address = this.memory.address + id * size;
      this.addresses[2 * id] = address;
      this.addresses[2 * id + 1] = address / 0x100000000;
      this.put(id);
    }
    this.publish();
  }

  /**
   * @param count a power of two, at most 32,768
   * @returns the buffers, known to the ring as `group`; or -errno (-EINVAL: older than 5.19)
   */
  static register(ringFd: number, group: number, count: number, size: number): ProvidedBuffers | number {
    const buffers = new ProvidedBuffers(group, count, size);
    const request = Memory.allocate(URING_BUF_REG.size);
    request.bytes.fill(0);
    request.bytes.writeBigUInt64LE(BigInt(buffers.ring.address), URING_BUF_REG.ring_addr);
    request.bytes.writeUInt32LE(count, URING_BUF_REG.ring_entries);
    request.bytes.writeUInt16LE(group, URING_BUF_REG.bgid);
    const error = register(ringFd, IORING_REGISTER.PBUF_RING, request.address, 1);
    return error < 0 ? error : buffers;
  }

  /** Notes that a completion has brought this buffer. @returns where in `memory` it lies */
  take(id: number): number {
    this.lent++;
    return id * this.size;
  }

  /** Gives a buffer back; `publish` shows it to the kernel. */
  recycle(id: number): void {
    this.lent--;
    this.put(id);
  }

  /** It runs once a round, before the kernel looks: any of the kernel's threads may look. */
  publish(): void {
    if (this.published === this.tail) return;
    this.published = this.tail;
    Atomics.store(this.shorts, URING_BUF.tail >> 1, this.tail);
  }

  private put(id: number): void {
    const entry = this.tail & this.mask;
    const word = entry * (URING_BUF.size >> 2);
    this.words[word] = this.addresses[2 * id];
    this.words[word + 1] = this.addresses[2 * id + 1];
    this.words[word + (URING_BUF.len >> 2)] = this.size;
    // It writes field by field: the tail lies in the spare field of entry 0.
    this.shorts[(entry * URING_BUF.size + URING_BUF.bid) >> 1] = id;
    this.tail = (this.tail + 1) & 0xffff;
  }
}
