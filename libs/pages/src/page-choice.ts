import type { ContentCoding, Offer } from '@webserv/response';

/** Bytes of the objects and of the heads of their strings, measured on V8. */
const OVERHEAD = 512;

/** The codings in which a file may be sent, and where the cache has them. */
export class PageChoice {
  offer: Offer;
  /** The cache keys of these codings, in the order of `offer.codings`. */
  keys: readonly string[];
  /** True while one of them is being made. */
  making = false;

  constructor(offer: Offer, keys: readonly string[]) {
    this.offer = offer;
    this.keys = keys;
  }

  /** Bytes of memory that it takes. */
  get bytes(): number {
    const texts = [...this.keys, ...this.offer.absent, ...this.offer.instead];
    return texts.reduce((sum, text) => sum + text.length, OVERHEAD);
  }

  /** Returns true if the codings, and where they are, are those of another offer. */
  isOf({ codings, siblings, absent, instead }: Offer): boolean {
    const { offer } = this;
    return (
      offer.codings.join() === codings.join() &&
      offer.siblings.join() === siblings.join() &&
      offer.absent.join() === absent.join() &&
      offer.instead.join() === instead.join()
    );
  }

  /** Stops offering a coding that does not make the content smaller. */
  withdraw(coding: ContentCoding): void {
    const { offer, keys } = this;
    this.keys = keys.filter((_key, index) => offer.codings[index] !== coding);
    this.offer = { ...offer, codings: offer.codings.filter((each) => each !== coding) };
  }
}
