import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Options } from './options.ts';
import { type Findings, noFindings } from './report/findings.ts';
import { type Machine, machine, readResults } from './report/results.ts';

/** What the parts of one page must share. */
type Rules = Pick<
  Options,
  'peers' | 'connections' | 'seconds' | 'warmup' | 'rounds' | 'size' | 'webserv' | 'quick'
> & { readonly serverCore: number | null; readonly clientCore: number | null };

/** What a run of the lab leaves in its results for the next one. */
interface Kept {
  readonly machine: Machine;
  readonly options: Options;
  /** The build of webserv that was measured (`buildOf`). */
  readonly build: string;
  readonly findings: Findings;
}

/**
 * Returns the findings of earlier runs that this one goes on from, or why it cannot: another machine, another build or
 * other options would make a page of unlike parts.
 */
export function earlier(options: Options): Findings | { readonly error: string } {
  const kept = readResults(options) as Kept | null;
  if (kept === null) return noFindings();
  const differ = differences(kept, options);
  if (differ.length === 0) return { ...noFindings(), ...kept.findings };
  return {
    error: `--continue: the parts in ${options.out} were measured with another ${differ.join(', ')}: remove them, or choose another --out`,
  };
}

function differences(kept: Kept, options: Options): string[] {
  const here = machine();
  const found: string[] = [];
  for (const name of ['cpu', 'cores', 'kernel', 'node'] as const) {
    if (kept.machine[name] !== here[name]) found.push(name);
  }
  for (const [name, value] of Object.entries(rulesOf(options))) {
    const before = rulesOf(kept.options)[name as keyof Rules];
    if (JSON.stringify(before) !== JSON.stringify(value)) found.push(name);
  }
  if (kept.build !== buildOf(options)) found.push('build of webserv');
  return found;
}

function rulesOf(options: Options): Rules {
  const { peers, connections, seconds, warmup, rounds, size, webserv, quick, serverCore, clientCore } =
    options;
  return { peers, connections, seconds, warmup, rounds, size, webserv, quick, serverCore, clientCore };
}

/** A digest of the program that is measured: of the scripts in its folder. */
export function buildOf({ webserv }: Options): string {
  const script = webserv.find((word) => word.endsWith('.js'));
  if (script === undefined || !existsSync(script)) return '';
  const folder = dirname(script);
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.js')) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex');
}
