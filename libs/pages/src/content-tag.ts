import { createRequire } from 'node:module';

/** Bytes that are hashed in one go. They take less than a millisecond of the loop. */
const SLICE = 256 << 10;
/** Characters of a tag: they hold at least 128 bits of SHA-256, so no two contents in practice have the same tag. */
const TAG_SIZE = 22;

/** A placeholder as long as any tag made of content. It stands in a head until the content has been read. */
export const TAG_ROOM = `"${'0'.repeat(TAG_SIZE)}"`;

type Crypto = typeof import('node:crypto');
/** The module, loaded for the first tag. Loading takes 5 ms, which a start without tags must not wait for. */
let crypto: Crypto | null = null;

function loaded(): Crypto {
  crypto ??= createRequire('/')('node:crypto') as Crypto;
  return crypto;
}

/** Makes the entity tag of a content in slices. Other work has its turn between two of them. */
export class ContentTag {
  private readonly hash = loaded().createHash('sha256');
  private readonly bytes: Buffer;
  private at: number;
  private readonly end: number;
  private readonly later: (run: () => void) => void;
  private done: ((etag: string) => void) | null;

  /**
   * @param later as `Services.later`
   * @param done receives the tag with its quotes; for a small content, from within the first `advance`
   */
  constructor(
    bytes: Buffer,
    start: number,
    end: number,
    later: (run: () => void) => void,
    done: (etag: string) => void,
  ) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.later = later;
    this.done = done;
  }

  /** Returns the tag of `bytes[start, end)`, made in one go. For the start, when no client waits. */
  static of(bytes: Buffer, start: number, end: number): string {
    return tagOf(loaded().createHash('sha256').update(bytes.subarray(start, end)).digest('base64url'));
  }

  cancel(): void {
    this.done = null;
  }

  readonly advance = (): void => {
    const { bytes, at, end, done } = this;
    if (done === null) return;
    const stop = Math.min(end, at + SLICE);
    this.hash.update(bytes.subarray(at, stop));
    this.at = stop;
    if (stop < end) this.later(this.advance);
    else done(tagOf(this.hash.digest('base64url')));
  };
}

function tagOf(digest: string): string {
  return `"${digest.slice(0, TAG_SIZE)}"`;
}
