import { shareOf } from './share.ts';

/** An upload that has stood still for so long, in ms, or has been slower than so many bytes a second, is slow. */
const STANDS_MS = 1000;
const SLOW_RATE = 16 << 10;
/** How many are looked at for the slowest, at most: a newcomer costs no more because a server takes many. */
const LOOKS = 1024;

/** The place of one upload among those of a server. */
export class UploadPlace {
  readonly address: string;
  /** Its client is not what it waits for: the disk, or the end. */
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

  /** So many bytes have come. */
  moved(bytes: number): void {
    this.bytes += bytes;
    this.movedAt = this.places.now();
  }

  /** Gives the place back, once. */
  leave(): void {
    this.places.leave(this);
  }

  /** @internal Bytes a second where it is slow, else Infinity. */
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
 * The uploads that a server takes at once (`max_uploads`), of which one address has its share at most. Where there is no
 * place, the slowest makes room; where none is slow, the newcomer is turned away.
 */
export class UploadPlaces {
  readonly now: () => number;
  private readonly limit: number;
  private readonly limitEach: number;
  private readonly places = new Set<UploadPlace>();
  private readonly byAddress = new Map<string, Set<UploadPlace>>();

  /**
   * @param share of `limit` that one address may have, in percent
   * @param now milliseconds that only go forward
   */
  constructor(limit: number, share = 100, now: () => number = () => performance.now()) {
    this.limit = limit;
    this.limitEach = shareOf(limit, share);
    this.now = now;
  }

  get size(): number {
    return this.places.size;
  }

  /**
   * @param address those of one share what they may have; '' has no address, and no bound of its own
   * @param giveUp called where a newcomer needs the place: it has been given back already
   * @returns null where there is none
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
