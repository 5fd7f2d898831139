import { ErrorCode } from './error-code.ts';
import { type FrameFault, faultOf, mandatoryOf } from './frame-rules.ts';
import { Flag, FRAME_HEADER, FrameType, MIN_MAX_FRAME } from './frame-type.ts';
import { Gathered } from './gathered.ts';
import { readUint31 } from './numbers.ts';

/** Result of a read. */
export const ReadStatus = {
  /** All bytes are read, and no frame has become whole. */
  PARTIAL: 0,
  /** A frame is whole: its payload is in `bytes`, and a field block has all of its fragments. */
  FRAME: 1,
  /** A part of the payload of a DATA frame, or all of it. */
  DATA: 2,
  /** A connection error. Nothing more may be read. */
  ERROR: 3,
} as const;
export type ReadStatus = (typeof ReadStatus)[keyof typeof ReadStatus];

/** Bounds of a field block, so that no sequence of CONTINUATION frames goes on for ever (CVE-2024-27316). */
interface BlockBounds {
  /** Bytes of one block, as it was sent. */
  readonly maxBlock: number;
  /** CONTINUATION frames of one block. */
  readonly maxContinuations: number;
}

/*
 *     HEADER --DATA--> DATA --> PADDING --> HEADER
 *            --unknown type--> SKIPPED --> HEADER
 *            --other type--> WHOLE --> HEADER
 *     any --error--> FAILED
 */
const State = { HEADER: 0, DATA: 1, PADDING: 2, SKIPPED: 3, WHOLE: 4, FAILED: 5 } as const;
type State = (typeof State)[keyof typeof State];

const NOTHING = new Uint8Array(0);
const NO_FAULT: FrameFault = { code: ErrorCode.NO_ERROR, why: '' };

function fault(code: ErrorCode, why: string): FrameFault {
  return { code, why };
}

const TOO_LONG = fault(ErrorCode.FRAME_SIZE_ERROR, 'frame-too-long');
const NO_SETTINGS = fault(ErrorCode.PROTOCOL_ERROR, 'no-settings');
const BAD_PADDING = fault(ErrorCode.PROTOCOL_ERROR, 'padding-too-long');
const BLOCK_CUT = fault(ErrorCode.PROTOCOL_ERROR, 'field-block-interrupted');
const NO_BLOCK = fault(ErrorCode.PROTOCOL_ERROR, 'continuation-without-block');
const ENDLESS = fault(ErrorCode.ENHANCE_YOUR_CALM, 'continuation-flood');
const LARGE_BLOCK = fault(ErrorCode.ENHANCE_YOUR_CALM, 'field-block-too-large');

/**
 * Reads the frames of one direction (RFC 9113, section 4), cut anywhere. It checks what needs no state of a connection:
 * sizes, streams of their type, padding, and that nothing interrupts a field block. It hands a field block over as one
 * HEADERS frame, however many CONTINUATION frames it came in.
 *
 * Nothing is copied of a frame that lies whole in the bytes that are read, nor of DATA ever.
 */
export class FrameReader {
  /** Of the frame in hand. */
  type = 0;
  flags = 0;
  stream = 0;
  /** Bytes of its payload, with padding: of DATA what counts for flow control. */
  length = 0;
  /** Bytes of the content of a DATA frame: its payload without padding. */
  content = 0;
  /** The payload without padding (FRAME), or this part of it (DATA): `bytes[start, end)`, good until the next read. */
  bytes: Uint8Array = NOTHING;
  start = 0;
  end = 0;
  /** This is the first part of a DATA frame; and no more follows, except padding. */
  first = false;
  last = false;
  /** Where the next read goes on. */
  consumed = 0;
  fault: FrameFault = NO_FAULT;
  /** Any other frame is an error now: a client's preface ends with SETTINGS (section 3.4). */
  awaitsSettings = false;
  private state: State = State.HEADER;
  private readonly maxFrame: number;
  private readonly bounds: BlockBounds;
  /** The bytes of a header that was cut, and then of a payload that was. */
  private readonly cut = new Gathered();
  /** Payload bytes that have not been read yet; of DATA without its padding. */
  private left = 0;
  private padding = 0;
  /** No part of the DATA frame has been handed over. */
  private fresh = false;
  /** The stream whose field block is not whole, or 0; the flags of its HEADERS, and its fragments so far. */
  private blockStream = 0;
  private blockFlags = 0;
  private continuations = 0;
  private readonly block = new Gathered();

  /** `maxFrame` is our own SETTINGS_MAX_FRAME_SIZE. */
  constructor(bounds: BlockBounds, maxFrame: number = MIN_MAX_FRAME) {
    this.bounds = bounds;
    this.maxFrame = maxFrame;
  }

  /** A field block has begun and is not whole. */
  get inBlock(): boolean {
    return this.blockStream !== 0 || (this.state === State.WHOLE && this.type === FrameType.HEADERS);
  }

  /** Reads `bytes[from, end)` up to the end of the next frame, or of the next part of DATA. */
  read(bytes: Uint8Array, from: number, end: number): ReadStatus {
    let pos = from;
    for (;;) {
      switch (this.state) {
        case State.HEADER: {
          const available = end - pos;
          if (this.cut.size === 0 && available >= FRAME_HEADER) {
            this.readHeader(bytes, pos);
            pos += FRAME_HEADER;
          } else {
            const taken = Math.min(FRAME_HEADER - this.cut.size, available);
            this.cut.add(bytes, pos, pos + taken);
            pos += taken;
            if (this.cut.size < FRAME_HEADER) return this.stop(ReadStatus.PARTIAL, end);
            this.readHeader(this.cut.bytes, 0);
            this.cut.clear();
          }
          const wrong = this.judge();
          if (wrong !== null) return this.fail(wrong, pos);
          break;
        }
        case State.DATA:
          return this.readData(bytes, pos, end);
        case State.PADDING:
        case State.SKIPPED: {
          const taken = Math.min(this.left, end - pos);
          this.left -= taken;
          pos += taken;
          if (this.left > 0) return this.stop(ReadStatus.PARTIAL, end);
          this.state = State.HEADER;
          if (pos === end) return this.stop(ReadStatus.PARTIAL, end);
          break;
        }
        case State.WHOLE: {
          const taken = Math.min(this.left, end - pos);
          const whole = taken === this.left;
          if (whole && this.cut.size === 0) {
            this.point(bytes, pos, pos + taken);
          } else {
            this.cut.add(bytes, pos, pos + taken);
            this.left -= taken;
            if (!whole) return this.stop(ReadStatus.PARTIAL, end);
            this.point(this.cut.bytes, 0, this.cut.size);
            // The payload stays good until the next read: only the reference goes.
            this.cut.clear();
          }
          pos += taken;
          this.state = State.HEADER;
          const status = this.finish(pos);
          if (status !== ReadStatus.PARTIAL) return status;
          if (pos === end) return this.stop(ReadStatus.PARTIAL, end);
          break;
        }
        case State.FAILED:
          return this.stop(ReadStatus.ERROR, from);
      }
    }
  }

  private readHeader(bytes: Uint8Array, at: number): void {
    this.length = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
    this.type = bytes[at + 3];
    this.flags = bytes[at + 4];
    // The first bit is reserved, and ignored (section 4.1).
    this.stream = readUint31(bytes, at + 5);
    this.left = this.length;
  }

  /** Judges the header. Returns what is wrong, or null. */
  private judge(): FrameFault | null {
    const { type, flags, stream, length } = this;
    if (length > this.maxFrame) return TOO_LONG;
    if (this.awaitsSettings && (type !== FrameType.SETTINGS || (flags & Flag.ACK) !== 0)) return NO_SETTINGS;
    if (this.blockStream !== 0) {
      // Section 4.3: nothing may come in between, not even a frame of an unknown type.
      if (type !== FrameType.CONTINUATION || stream !== this.blockStream) return BLOCK_CUT;
      if (++this.continuations > this.bounds.maxContinuations) return ENDLESS;
    } else if (type === FrameType.CONTINUATION)
      return stream === 0 ? faultOf(type, flags, 0, length) : NO_BLOCK;
    const wrong = faultOf(type, flags, stream, length);
    if (wrong !== null) return wrong;
    if (type === FrameType.DATA) {
      this.state = State.DATA;
      this.fresh = true;
      this.padding = (flags & Flag.PADDED) === 0 ? 0 : -1;
    } else if (type > FrameType.CONTINUATION && type !== FrameType.PRIORITY_UPDATE)
      this.state = State.SKIPPED;
    else this.state = State.WHOLE;
    return null;
  }

  private readData(bytes: Uint8Array, from: number, end: number): ReadStatus {
    let pos = from;
    if (this.padding < 0) {
      if (pos === end) return this.stop(ReadStatus.PARTIAL, end);
      this.padding = bytes[pos++];
      this.left -= 1 + this.padding;
      // Section 6.1: as long as the payload, or longer.
      if (this.left < 0) return this.fail(BAD_PADDING, pos);
    }
    if (pos === end && this.left > 0) return this.stop(ReadStatus.PARTIAL, end);
    if (this.fresh) this.content = this.left;
    this.first = this.fresh;
    this.fresh = false;
    const taken = Math.min(this.left, end - pos);
    this.point(bytes, pos, pos + taken);
    this.left -= taken;
    pos += taken;
    this.last = this.left === 0;
    if (this.last) {
      this.left = this.padding;
      this.state = this.padding === 0 ? State.HEADER : State.PADDING;
    }
    return this.stop(ReadStatus.DATA, pos);
  }

  /** A frame is whole. Returns PARTIAL if it is a fragment behind which others follow. */
  private finish(pos: number): ReadStatus {
    const { type, flags } = this;
    if (type === FrameType.HEADERS) {
      if (!this.trim()) return this.fail(BAD_PADDING, pos);
      if ((flags & Flag.END_HEADERS) !== 0) {
        if (this.end - this.start > this.bounds.maxBlock) return this.fail(LARGE_BLOCK, pos);
        return this.stop(ReadStatus.FRAME, pos);
      }
      this.blockStream = this.stream;
      this.blockFlags = flags;
      this.continuations = 0;
      return this.addFragment(pos);
    }
    if (type !== FrameType.CONTINUATION) return this.stop(ReadStatus.FRAME, pos);
    const status = this.addFragment(pos);
    if (status === ReadStatus.ERROR || (flags & Flag.END_HEADERS) === 0) return status;
    this.type = FrameType.HEADERS;
    this.flags = this.blockFlags | Flag.END_HEADERS;
    this.point(this.block.bytes, 0, this.block.size);
    this.block.clear();
    this.blockStream = 0;
    return this.stop(ReadStatus.FRAME, pos);
  }

  private addFragment(pos: number): ReadStatus {
    if (this.block.size + this.end - this.start > this.bounds.maxBlock) return this.fail(LARGE_BLOCK, pos);
    this.block.add(this.bytes, this.start, this.end);
    return ReadStatus.PARTIAL;
  }

  /** Takes padding and priority off the payload of HEADERS (section 6.2). */
  private trim(): boolean {
    const padding = (this.flags & Flag.PADDED) === 0 ? 0 : this.bytes[this.start];
    this.start += mandatoryOf(this.type, this.flags);
    this.end -= padding;
    return this.start <= this.end;
  }

  private point(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  private stop(status: ReadStatus, pos: number): ReadStatus {
    this.consumed = pos;
    if (status === ReadStatus.PARTIAL) this.bytes = NOTHING;
    return status;
  }

  private fail(wrong: FrameFault, pos: number): ReadStatus {
    this.fault = wrong;
    this.state = State.FAILED;
    this.cut.clear();
    this.block.clear();
    return this.stop(ReadStatus.ERROR, pos);
  }
}
