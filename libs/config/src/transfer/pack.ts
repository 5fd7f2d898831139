import { LayeredOrigins } from '../build/layered-origins.ts';
import type { Config } from '../model/types.ts';

/**
 * Writes a config as lines of JSON, for another process: one line for each server, then one for the main level.
 *
 * What JSON lacks is an object with the key `$`: `m` is a Map, `s` a Set, `r` a RegExp, `b` are bytes, `n` is a number such as
 * Infinity. A number is the object of that number again, counted from 0 in the order in which objects begin, over all lines: types and
 * scopes that many servers share stay shared. Of the origins those are left that an error at run time can name.
 */
export function* packConfig(config: Config): Generator<string, void> {
  const { servers, ...main } = config;
  const packer = new Packer();
  for (const server of servers) yield JSON.stringify(packer.pack(server));
  yield JSON.stringify({ main: packer.pack(main) });
}

class Packer {
  private readonly numbers = new Map<object, number>();

  pack(value: unknown): unknown {
    if (typeof value === 'number' && !Number.isFinite(value)) return { $: 'n', v: String(value) };
    if (typeof value !== 'object' || value === null) return value;
    const number = this.numbers.get(value);
    if (number !== undefined) return { $: number };
    this.numbers.set(value, this.numbers.size);
    if (Array.isArray(value)) return value.map((each) => this.pack(each));
    if (value instanceof LayeredOrigins) return this.packMap(named(value));
    if (value instanceof Map) return this.packMap(value);
    if (value instanceof Set) return { $: 's', v: [...value].map((each) => this.pack(each)) };
    if (value instanceof RegExp) return { $: 'r', v: [value.source, value.flags] };
    if (value instanceof Uint8Array) return { $: 'b', v: [...value] };
    const kind = Object.getPrototypeOf(value);
    if (kind !== Object.prototype && kind !== null) {
      throw new Error(`a ${value.constructor.name} of a config cannot be written`);
    }
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.pack(each)]));
  }

  private packMap(map: ReadonlyMap<unknown, unknown>): unknown {
    return { $: 'm', v: [...map].map(([key, each]) => [this.pack(key), this.pack(each)]) };
  }
}

/** The places of what stands on the main level, or many times in a block: `listen 0.0.0.0:80`, `ticket_keys`. */
function named(origins: LayeredOrigins): ReadonlyMap<string, unknown> {
  const kept = [...origins.own()].filter(([key, { level }]) => level === 'main' || key.includes(' '));
  return new Map(kept.map(([key, { level, at }]) => [key, { level, at }]));
}
