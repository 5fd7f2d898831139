import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Load, type Tally } from './load.ts';
import type { Options } from './options.ts';
import { type Sample, takeSample } from './sample.ts';
import { type Server, startServer } from './server.ts';
import { makeSite, type Site } from './site.ts';
import { judge, type Line, leftOver } from './verdict.ts';

/** The result of a run. */
export interface Outcome {
  readonly driver: string;
  readonly samples: readonly Sample[];
  readonly tally: Tally;
  readonly lines: readonly Line[];
  /** Everything that is wrong; empty if all is well. */
  readonly problems: readonly string[];
}

/** How long the server may take to become idle after the load. */
const REST_LIMIT = 15_000;

/**
 * Starts a server with a site of its own, loads it, and samples what it holds meanwhile.
 * @param host the bundled server process
 * @param tell gets every sample
 */
export async function soak(host: string, options: Options, tell: (sample: Sample) => void): Promise<Outcome> {
  const site = makeSite(options.use);
  try {
    const server = await startServer(host, site.config);
    try {
      return await observe(server, site, options, tell);
    } finally {
      await server.stop();
    }
  } finally {
    site.remove();
  }
}

async function observe(
  server: Server,
  site: Site,
  options: Options,
  tell: (sample: Sample) => void,
): Promise<Outcome> {
  const load = new Load({ port: server.port, securePort: server.ports[1] ?? 0 }, site);
  const { tally } = load;
  const before = await acquaint(server, load);
  const samples: Sample[] = [];
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const done = load.run(options.clients, options.seed);
  let broken = '';
  while (elapsed() < options.seconds && broken === '') {
    await delay(Math.min(options.every, Math.max(0, options.seconds - elapsed())) * 1000);
    try {
      const sample = await takeSample(server, elapsed(), tally);
      samples.push(sample);
      tell(sample);
    } catch (error) {
      broken = (error as Error).message;
    }
  }
  load.stop();
  await done;
  const lines = judge(samples);
  const problems = lines
    .filter(({ problem }) => problem !== '')
    .map(({ name, problem }) => `${name} ${problem}`);
  if (tally.failures > 0) problems.push(`${tally.failures} requests failed that should have succeeded`);
  if (broken !== '') problems.push(broken);
  else problems.push(...(await rest(server, site, before, tally)));
  return { driver: server.driver, samples, tally, lines, problems };
}

/**
 * Plays every scenario once, so that the server has opened what it opens on first use and keeps.
 * @returns what the server holds when it is idle then
 */
async function acquaint(server: Server, load: Load): Promise<Sample> {
  await load.introduce();
  const ends = performance.now() + REST_LIMIT;
  let sample = await takeSample(server, 0, load.tally);
  while (sample.connections + sample.children > 0 && performance.now() < ends) {
    await delay(100);
    sample = await takeSample(server, 0, load.tally);
  }
  return sample;
}

/** Checks what is left when all clients have gone, and how the server ends. */
async function rest(server: Server, site: Site, before: Sample, tally: Tally): Promise<string[]> {
  const ends = performance.now() + REST_LIMIT;
  let problems: string[];
  do {
    await delay(100);
    problems = leftOver(before, await takeSample(server, 0, tally));
  } while (problems.length > 0 && performance.now() < ends);
  const files = readdirSync(site.uploads);
  if (files.length > 0)
    problems.push(`${files.length} files left among the uploads: ${files.slice(0, 5).join(', ')}`);
  const how = await server.stop();
  if (how !== '0') problems.push(`the server ended with ${how}`);
  return [...problems, ...faults(site)];
}

/** The log shows a fault in the server itself, whatever the client saw. */
function faults(site: Site): string[] {
  const lines = ['server.log', 'error.log']
    .map((name) => join(site.folder, 'log', name))
    .flatMap((file) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []));
  return lines.filter((line) => line.includes('a fault in')).slice(0, 5);
}
