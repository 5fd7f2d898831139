import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type { Introduction } from './lab.ts';
import type { Options } from './options.ts';

/** What the figures belong to. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the last minute, which the run itself has filled: much over 2 means that others worked here too. */
  readonly load: number;
}

/** Writes a pass's figures with all that is needed to judge them, as OUT/PASS.json; returns the path. */
export function writeResults(
  options: Options,
  introductions: readonly Introduction[],
  figures: object,
): string {
  const path = join(options.out, `${options.pass}.json`);
  mkdirSync(options.out, { recursive: true });
  writeFileSync(path, `${JSON.stringify({ ...context(options), introductions, ...figures }, null, 2)}\n`);
  return path;
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
