import type { Flight } from './flight.ts';

/**
 * Flights that found no buffer to receive into, first come first served. As many may ask again in a round as there are
 * buffers: if all asked, a thousand would ask in vain for each that is served.
 */
export class Starved {
  private front: Flight[] = [];
  private back: Flight[] = [];
  private taken = 0;

  get some(): boolean {
    return this.front.length > 0 || this.back.length > 0;
  }

  push(flight: Flight): void {
    if (flight.starving) return;
    flight.starving = true;
    this.back.push(flight);
  }

  /** The next in the order, or null. */
  shift(): Flight | null {
    if (this.taken === this.front.length) {
      if (this.back.length === 0) return null;
      const emptied = this.front;
      emptied.length = 0;
      this.front = this.back;
      this.back = emptied;
      this.taken = 0;
    }
    const flight = this.front[this.taken++];
    flight.starving = false;
    if (this.taken === this.front.length) {
      this.front.length = 0;
      this.taken = 0;
    }
    return flight;
  }
}
