import { Random as Seeded } from '@webserv/event-loop/testing/random';

/** Chooses the next request and its content: the same in every run with the same seed. */
export class Random extends Seeded {
  /** Returns bytes that nobody can guess and that the same seed makes again. */
  bytes(size: number): Buffer {
    const out = Buffer.allocUnsafe(size);
    for (let at = 0; at < size; at += 4) {
      const word = this.next();
      for (let i = at; i < Math.min(at + 4, size); i++) out[i] = (word >>> ((i - at) * 8)) & 0xff;
    }
    return out;
  }
}
