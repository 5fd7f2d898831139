import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type { Introduction } from '../lab.ts';
import type { Options } from '../options.ts';

/** The machine that the figures belong to. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly kernel: string;
  readonly node: string;
  /** The load of the last minute. The run itself makes about 2 of it; more means that the machine had other work. */
  readonly load: number;
}

/** Writes a pass's figures, with all that a reader needs to judge them, as OUT/PASS.json. Returns the path. */
export function writeResults(
  options: Options,
  introductions: readonly Introduction[],
  figures: object,
): string {
  const path = pathOf(options);
  mkdirSync(options.out, { recursive: true });
  const all = { ...context(options), introductions, ...figures };
  writeFileSync(path, `${JSON.stringify(all, (_name, value) => written(value), 2)}\n`);
  return path;
}

/** Returns what `writeResults` has written for this pass, or null. */
export function readResults(options: Pick<Options, 'out' | 'pass'>): unknown {
  const path = pathOf(options);
  if (!existsSync(path)) return null;
  return JSON.parse(readFileSync(path, 'utf8'), (_name, value) => read(value));
}

function pathOf({ out, pass }: Pick<Options, 'out' | 'pass'>): string {
  return join(out, `${pass}.json`);
}

/** JSON has no NaN, which says that a figure is not known, and no infinity. */
function written(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function read(value: unknown): unknown {
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value;
}

function context(options: Options): object {
  return { date: new Date().toISOString(), machine: machine(), options };
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: totalmem(),
    kernel: `${type()} ${release()}`,
    node: process.version,
    load: loadavg()[0] ?? 0,
  };
}
