import type { BodySink, BodySource } from '@webserv/response';
import type { ListingReader } from './listing.ts';
import type { ListingPlace } from './listings.ts';

/** The owner that waits for the beginning of a listing. */
export interface BeginningOwner {
  /** The first piece is ready. The body may be sent. */
  begun(): void;
  /** The listing failed. @param errno negative */
  failed(errno: number, place: string): void;
}

/**
 * The content of a reply that is a listing. It holds the reader's place from the first piece on.
 *
 *     new --prepare()--> waiting --begun()--> sending piece after piece -> over          any of them --cancel()--> over
 */
export class ListingBody implements BodySource, ListingReader {
  private place: ListingPlace | null = null;
  private owner: BeginningOwner | null = null;
  private sink: BodySink | null = null;
  private first: Buffer | null = null;
  /** The number of the next piece, and whether there are no more. */
  private next = 0;
  private ended = false;

  /** Orders the first piece, and takes over the place. The owner is called later, not from within this call. */
  prepare(place: ListingPlace, owner: BeginningOwner): void {
    this.place = place;
    this.owner = owner;
    place.listing.want(this, 0);
  }

  open(sink: BodySink): void {
    this.sink = sink;
  }

  pull(): void {
    const { sink, place, first } = this;
    if (sink === null || place === null) return;
    if (first !== null) {
      this.first = null;
      sink.data(first);
      return;
    }
    if (this.ended) {
      this.sink = null;
      sink.end(null);
      return;
    }
    const piece = place.listing.pieceAt(this.next);
    if (piece === null) place.listing.want(this, this.next);
    else this.given(piece, place.listing.isLast(this.next));
  }

  given(piece: Buffer, last: boolean): void {
    const { owner } = this;
    this.next++;
    this.ended = last;
    if (owner === null) {
      this.sink?.data(piece);
      return;
    }
    this.owner = null;
    this.first = piece;
    owner.begun();
  }

  refused(errno: number, place: string): void {
    const { owner } = this;
    this.owner = null;
    owner?.failed(errno, place);
  }

  cancel(): void {
    const { place } = this;
    this.place = null;
    this.owner = null;
    this.sink = null;
    this.first = null;
    place?.leave();
  }
}
