import { existsSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { compare, drawing, rowsOf, summarize } from './compare.ts';
import { type Lab, openLab } from './lab.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { choosePeers } from './peers/all.ts';
import { writeResults } from './results.ts';
import { besiege, siegeMissing, siegeRows } from './siege.ts';
import { callRows, countCalls } from './syscalls.ts';
import { table } from './table.ts';
import { which } from './which.ts';
import { wrkMissing } from './wrk.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Prints and writes what a pass found; the result is the exit code. */
const PASSES: Readonly<Record<Options['pass'], (lab: Lab, options: Options) => Promise<number>>> = {
  async compare(lab, options) {
    const samples = await compare(lab, options, say);
    const summaries = summarize(samples);
    process.stdout.write(`\n${table(rowsOf(summaries, options.size))}`);
    writeResults(options, lab.introductions, { summaries, samples });
    for (const connections of options.connections) {
      const path = join(options.out, `cpu-${connections}.svg`);
      writeFileSync(path, drawing(summaries, connections, options.size));
    }
    return samples.some(({ errors }) => errors > 0) ? 1 : 0;
  },

  async syscalls(lab, options) {
    const calls = await countCalls(lab, options);
    process.stdout.write(`\n${table(callRows(calls), [0, 2])}`);
    writeResults(options, lab.introductions, { calls });
    return 0;
  },

  async siege(lab, options) {
    const sieges = await besiege(lab, options);
    process.stdout.write(`\n${table(siegeRows(sieges))}`);
    writeResults(options, lab.introductions, { sieges });
    return sieges.some(({ failed, before, after }) => failed > 0 || after.descriptors > before.descriptors)
      ? 1
      : 0;
  },
};

async function main(): Promise<number> {
  toWorkspace();
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const options = parseOptions(args);
  if ('error' in options) return refuse(options.error);
  const peers = choosePeers(options, join(import.meta.dirname, 'servers'));
  if ('error' in peers) return refuse(peers.error);
  const missing = { compare: wrkMissing, syscalls: tracers, siege: siegeMissing }[options.pass]();
  if (missing !== '') return refuse(missing);
  const [load = 0] = loadavg();
  if (load > 0.5)
    say(`the machine is busy (load ${load.toFixed(1)}): ratios may stand, figures are too high`);
  const lab = await openLab(peers, options, say);
  try {
    if (lab.servers.length === 0) return refuse('no server runs');
    return await PASSES[options.pass](lab, options);
  } finally {
    await lab.close();
  }
}

function refuse(error: string): number {
  process.stderr.write(`bench: ${error}\n${USAGE}`);
  return 2;
}

function tracers(): string {
  return which('strace') === '' ? 'strace is not installed' : wrkMissing();
}

/** Paths in options are the workspace's, wherever a package manager started the script. */
function toWorkspace(): void {
  let folder = process.cwd();
  while (!existsSync(join(folder, 'nx.json')) && dirname(folder) !== folder) folder = dirname(folder);
  if (existsSync(join(folder, 'nx.json'))) process.chdir(folder);
}

process.exitCode = await main();
