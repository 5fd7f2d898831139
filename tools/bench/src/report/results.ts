import { mkdirSync, writeFileSync } from 'node:fs';
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
