// The types of values, as zod schemas over the words of a directive. A schema is made when it is first used: a
// config uses few of them, and making all of them costs milliseconds at the start. zod/mini is the engine of zod
// with functions instead of methods, so a bundler can drop the unused ones.

import * as z from 'zod/mini';
import type { DiagnosticCode, Hints } from '../../diagnostics/diagnostic.ts';
import { quoted } from '../../diagnostics/diagnostic.ts';
import { suggest } from '../../diagnostics/suggest.ts';
import type { Issue, Value } from './value.ts';

/** What is wrong with one word. */
interface Fault extends Hints {
  readonly code: DiagnosticCode;
  readonly message: string;
  /** The index of the word, from 0. */
  readonly index: number;
}

export function lazy<T>(make: () => z.ZodMiniType<T, unknown>): Value<T> {
  let made: z.ZodMiniType<T, unknown> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** Refuses the word of a transform. */
export function refuse(ctx: z.core.ParsePayload, message: string, hints: Hints = {}): never {
  ctx.issues.push({ code: 'custom', message, params: hints, input: ctx.value });
  return z.NEVER;
}

/** Refuses one of several words, counted from 0. Others can still be refused after it. */
export function refuseWord(
  ctx: z.core.ParsePayload,
  index: number,
  message: string,
  hints: Hints = {},
): void {
  const words = ctx.value as readonly unknown[];
  ctx.issues.push({ code: 'custom', message, params: hints, path: [index], input: words[index] });
}

/** Exactly one word. */
export function one<T>(word: z.ZodMiniType<T, unknown>): z.ZodMiniType<T, unknown> {
  return z.pipe(
    z.tuple([word]),
    z.transform((words: [T]) => words[0]),
  );
}

/** One word that `unit` turns into a number. zod checks the bounds. */
function bounded(
  unit: z.ZodMiniType<number, unknown>,
  low: number,
  high: number,
): z.ZodMiniType<number, unknown> {
  return one(z.pipe(unit, z.number().check(z.gte(low), z.lte(high))));
}

/** A word that is not empty: a path or a name. It holds no NUL, which the lexer refuses. */
export const text: Value<string> = lazy(() => one(z.string().check(z.minLength(1))));

/** A word from a closed list, such as the drivers. */
export function choice<const T extends readonly string[]>(...words: T): Value<T[number]> {
  return lazy(() => one(z.enum(words)));
}

export const flag: Value<boolean> = lazy(() =>
  one(
    z.pipe(
      z.enum(['on', 'off']),
      z.transform((word: 'on' | 'off') => word === 'on'),
    ),
  ),
);

const SIZE_UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const TIME_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

export function measure(
  pattern: RegExp,
  units: Readonly<Record<string, number>>,
  bare: number,
  hint: RegExp,
) {
  return z.pipe(
    z.string(),
    z.transform((word: string, ctx: z.core.ParsePayload): number => {
      const match = pattern.exec(word);
      if (match !== null) {
        const unit = match[2].toLowerCase();
        return Number(match[1]) * (unit === '' ? bare : units[unit]);
      }
      const near = hint.exec(word);
      return refuse(ctx, '', {
        suggestion: near === null ? null : (near[1] + (near[2] ?? '')).toLowerCase(),
      });
    }),
  );
}

/** Bytes: `4000`, `64k`, `10m`, `2g`. */
export const sizeWord = () => measure(/^(\d{1,15})([kmgt]?)$/i, SIZE_UNITS, 1, /^(\d+) ?([kmgt])i?b$/i);

/** Milliseconds, from `3` (seconds), `3s`, `500ms`, `2m`, `1h`. */
export const timeWord = () =>
  measure(/^(\d{1,15})(ms|s|m|h|)$/i, TIME_UNITS, 1000, /^(\d+) ?(ms|s|m|h)[a-z]+$/i);

/** Milliseconds, from `3600` (seconds), `12h`, `365d`. */
export const longTimeWord = () =>
  measure(/^(\d{1,10})(s|h|d|)$/i, TIME_UNITS, 1000, /^(\d+) ?(s|h|d)[a-z]+$/i);

const countWord = () => measure(/^(\d{1,15})()$/, {}, 1, /^(\d+)\D*$/);

export function size(low: number, high: number): Value<number> {
  return lazy(() => bounded(sizeWord(), low, high));
}

export function duration(low: number, high: number): Value<number> {
  return lazy(() => bounded(timeWord(), low, high));
}

/** A count, or the word `auto`. */
export function countOrAuto(low: number, high: number): Value<number | 'auto'> {
  return lazy(() => z.union([one(z.literal('auto')), bounded(countWord(), low, high)]));
}

export function count(low: number, high: number): Value<number> {
  return lazy(() => bounded(countWord(), low, high));
}

/** Reads words with a schema. Each fault names its word. `expects` says what is right. */
export function readValue<T>(
  value: Value<T>,
  words: readonly string[],
  expects: string,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: readonly Fault[] } {
  const result = value().safeParse(words);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, faults: result.error.issues.map((issue) => fault(issue, words, expects)) };
}

function fault(issue: Issue, words: readonly string[], expects: string): Fault {
  const index = typeof issue.path[0] === 'number' ? issue.path[0] : 0;
  const word = words[index] ?? '';
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    const empty = issue.origin === 'string';
    const message = empty ? 'this must not be empty' : `${quoted(word)} is out of range`;
    return { code: empty ? 'invalid-value' : 'out-of-range', index, message, expected: expects };
  }
  if (issue.code === 'invalid_value') {
    const allowed = (issue.values ?? []).map(String);
    return {
      code: 'invalid-value',
      index,
      message: `${quoted(word)} is not possible here`,
      expected: allowed.join(', '),
      suggestion: suggest(word, allowed),
    };
  }
  const hints: Hints = issue.code === 'custom' ? (issue.params ?? {}) : {};
  const own = issue.code === 'custom' && issue.message !== '' && issue.message !== 'Invalid input';
  return {
    code: 'invalid-value',
    index,
    message: own ? issue.message : `${quoted(word)} is not possible here`,
    expected: hints.expected ?? expects,
    suggestion: hints.suggestion ?? null,
  };
}
