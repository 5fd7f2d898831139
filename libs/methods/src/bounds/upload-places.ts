import { shareOf } from './share.ts';

/** An upload is slow if it stood still for this many milliseconds, or was slower than this many bytes per second. */
const STANDS_MS = 1000;
const SLOW_RATE = 16 << 10;
/** The most uploads that one search for the slowest looks at. It bounds the cost of a new upload on a busy server. */
const LOOKS = 1024;

/** The place that one upload has among the uploads of a server. */
export class UploadPlace {
  readonly address: string;
  /** True while the upload waits for the disk or for its end, and not for its client. */
  busy = false;
  private readonly places: UploadPlaces;
  private readonly onGiveUp: () => void;
  private readonly since: number;
  private movedAt: number;
  private bytes = 0;

  constructor(places: UploadPlaces, address: string, onGiveUp: () => void) {
    this.places = places;
    this.address = address;
    this.onGiveUp = onGiveUp;
    this.since = places.now();
    this.movedAt = this.since;
  }

  /** Reports that `bytes` more bytes have come. */
  moved(bytes: number): void {
    this.bytes += bytes;
    this.movedAt = this.places.now();
  }

  /** Gives the place back. A second call does nothing. */
  leave(): void {
    this.places.leave(this);
  }

  /** @internal Bytes per second if the upload is slow; otherwise Infinity. */
  paceAt(now: number): number {
    if (this.busy) return Number.POSITIVE_INFINITY;
    const pace = (1000 * this.bytes) / (now - this.since + 1000);
    return pace < SLOW_RATE || now - this.movedAt >= STANDS_MS ? pace : Number.POSITIVE_INFINITY;
  }

  /** @internal */
  giveUp(): void {
    this.onGiveUp();
  }
}

/**
 * Bounds the uploads that a server takes at once (`max_uploads`), and the share of one address. If no place is free, the
 * slowest upload makes room. If no upload is slow, the server refuses the new one.
 */
export class UploadPlaces {
  readonly now: () => number;
  private limit: number;
  private limitEach: number;
  private readonly places = new Set<UploadPlace>();
  private readonly byAddress = new Map<string, Set<UploadPlace>>();

  /**
   * @param share percentage of `limit` that one address may have
   * @param now milliseconds of a clock that only goes forward
   */
  constructor(limit: number, share = 100, now: () => number = () => performance.now()) {
    this.limit = limit;
    this.limitEach = shareOf(limit, share);
    this.now = now;
  }

  /** As the constructor. Uploads beyond a smaller bound go on. */
  resize(limit: number, share: number): void {
    this.limit = limit;
    this.limitEach = shareOf(limit, share);
  }

  get size(): number {
    return this.places.size;
  }

  /**
   * @param address all uploads of one address share its bound; '' stands for no address, and has no bound
   * @param giveUp called when a new upload needs the place, after the place was given back
   * @returns null if no place is free
   */
  enter(address: string, giveUp: () => void): UploadPlace | null {
    const own = this.byAddress.get(address);
    if (address !== '' && own !== undefined && own.size >= this.limitEach) {
      if (!this.makeRoom(own)) return null;
    } else if (this.places.size >= this.limit && !this.makeRoom(this.places)) return null;
    const place = new UploadPlace(this, address, giveUp);
    this.places.add(place);
    const line = this.byAddress.get(address);
    if (line === undefined) this.byAddress.set(address, new Set([place]));
    else line.add(place);
    return place;
  }

  /** @internal */
  leave(place: UploadPlace): void {
    if (!this.places.delete(place)) return;
    const line = this.byAddress.get(place.address);
    line?.delete(place);
    if (line?.size === 0) this.byAddress.delete(place.address);
  }

  private makeRoom(among: ReadonlySet<UploadPlace>): boolean {
    const now = this.now();
    let slowest: UploadPlace | null = null;
    let pace = Number.POSITIVE_INFINITY;
    let looks = 0;
    for (const place of among) {
      if (++looks > LOOKS) break;
      const its = place.paceAt(now);
      if (its >= pace) continue;
      slowest = place;
      pace = its;
    }
    if (slowest === null) return false;
    this.leave(slowest);
    slowest.giveUp();
    return true;
  }
}
