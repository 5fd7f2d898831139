import { directiveNames, rowOf } from '../directives/table.ts';
import type { Origin, Origins } from '../model/types.ts';
import { defaultOf, type Level } from './level.ts';

/** Returns the origins of a server that sets nothing. Servers store only what they have from elsewhere. */
export function originsWithin(main: Level): Origins {
  const origins = new Map<string, Origin>();
  for (const name of directiveNames()) {
    const resolved = rowOf(name).inherits ? main.resolve(name) : defaultOf(name);
    if (resolved !== null) origins.set(name, resolved.origin);
  }
  return origins;
}

/** The origins of a block over those of the block around it. It stores only what differs. */
export class LayeredOrigins implements Origins {
  #own: Map<string, Origin> | null = null;
  readonly #around: Origins | null;

  constructor(around: Origins | null) {
    this.#around = around;
  }

  get(key: string): Origin | undefined {
    return this.#own?.get(key) ?? this.#around?.get(key);
  }

  /** Those that differ from the block around it. */
  own(): ReadonlyMap<string, Origin> {
    return this.#own ?? new Map();
  }

  set(key: string, origin: Origin): void {
    if (this.get(key) === origin) return;
    this.#own ??= new Map();
    this.#own.set(key, origin);
  }
}
