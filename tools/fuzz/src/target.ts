import { isDeepStrictEqual } from 'node:util';
import type { Random } from './random.ts';

/** One reader of foreign bytes, and what must hold for all bytes. Texts hold one character per byte here. */
export interface Target {
  readonly name: string;
  /** The first inputs. Each holds something that chance would take long to find. */
  readonly seeds: readonly string[];
  /** Words of the language. The mutator inserts and exchanges them. */
  readonly words: readonly string[];
  /** Makes an input with a valid structure, for languages where a mutation seldom keeps one. */
  readonly generate?: (random: Random) => string;
  /** Reads the input in every way that must not matter. @throws if something does not hold: that is a finding */
  run(input: Buffer): void;
}

/** @throws if `held` is false */
export function claim(held: boolean, what: string): asserts held {
  if (!held) throw new Error(what);
}

/** @throws if the two differ, with both in the message */
export function same(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what}: ${show(actual)} is not ${show(expected)}`);
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) => (part instanceof Map ? [...part] : part)) ?? String(value)
  );
}

/** True if every surrogate in the text has its pair: only such text survives being written as UTF-8. */
export function isWhole(text: string): boolean {
  return Buffer.from(text).toString() === text;
}
