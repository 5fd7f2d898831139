import type { Origin, Origins } from '../model/types.ts';

/** The origins of a block over those of the block around it. It stores only what differs. */
export class LayeredOrigins implements Origins {
  readonly #own = new Map<string, Origin>();
  readonly #around: Origins | null;

  constructor(around: Origins | null) {
    this.#around = around;
  }

  get(key: string): Origin | undefined {
    return this.#own.get(key) ?? this.#around?.get(key);
  }

  set(key: string, origin: Origin): void {
    if (this.get(key) !== origin) this.#own.set(key, origin);
  }
}
