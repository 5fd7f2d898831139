import { createRequire } from 'node:module';

/** Bytes that are hashed at one go: less than a millisecond of the loop. */
const SLICE = 256 << 10;
/** Of SHA-256 128 bits are kept, as 22 characters: nobody meets two contents with one tag. */
const TAG_SIZE = 22;

/** As long as any tag that is made of content: what stands in a head until the content has been read. */
export const TAG_ROOM = `"${'0'.repeat(TAG_SIZE)}"`;

type Crypto = typeof import('node:crypto');
let crypto: Crypto | null = null;

/** Loaded for the first tag: it takes 5 ms, which no start shall wait for that makes none. */
function loaded(): Crypto {
  crypto ??= createRequire('/')('node:crypto') as Crypto;
  return crypto;
}

/** The entity tag of a content, made in slices; between two of them others have their turn. */
export class ContentTag {
  private readonly hash = loaded().createHash('sha256');
  private readonly bytes: Buffer;
  private at: number;
  private readonly end: number;
  private readonly later: (run: () => void) => void;
  private done: ((etag: string) => void) | null;

  /**
   * @param later as `Services.later`
   * @param done gets the tag, quotes and all; from within `advance` where the content is small
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

  /** The tag of `bytes[start, end)`, all at once: for a start, when nobody waits. */
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
