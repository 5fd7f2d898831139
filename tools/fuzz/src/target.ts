import { isDeepStrictEqual } from 'node:util';
import type { Random } from './random.ts';

/** One reader of foreign bytes, and what must hold whatever the bytes are. Texts here hold one character per byte. */
export interface Target {
  readonly name: string;
  /** Inputs to begin with: each shows the reader something that chance would take long to find. */
  readonly seeds: readonly string[];
  /** Words of the language, put in and exchanged by the mutator. */
  readonly words: readonly string[];
  /** An input with a right structure, for languages where a mutation seldom keeps one. */
  readonly generate?: (random: Random) => string;
  /** Reads the input in every way that must not matter. @throws where something does not hold: that is a finding */
  run(input: Buffer): void;
}

/** @throws where `held` is false */
export function claim(held: boolean, what: string): asserts held {
  if (!held) throw new Error(what);
}

/** @throws where the two differ, with both in the message */
export function same(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what}: ${show(actual)} is not ${show(expected)}`);
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) => (part instanceof Map ? [...part] : part)) ?? String(value)
  );
}

/** Whether every surrogate in the text stands in a pair: only such text survives being written as UTF-8. */
export function isWhole(text: string): boolean {
  return Buffer.from(text).toString() === text;
}
