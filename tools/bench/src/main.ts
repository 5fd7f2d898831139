import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { compare, drawing, ratioCell, rowsOf, summarize } from './compare.ts';
import { FullLab } from './full.ts';
import { besiege, siegeMissing, siegeRows } from './generators/siege.ts';
import { wrkMissing } from './generators/wrk.ts';
import { type Lab, openLab } from './lab.ts';
import { hold } from './libraries/contest.ts';
import { headContests } from './libraries/heads.ts';
import { stageContests } from './libraries/stages.ts';
import { which } from './machine/which.ts';
import { type Options, type Pass, parseOptions, SECTIONS, USAGE } from './options.ts';
import { choosePeers } from './peers/all.ts';
import { installPeers } from './peers/packages.ts';
import { profile, shareRows } from './profiled.ts';
import { buildOf, earlier } from './progress.ts';
import { type Findings, noFindings } from './report/findings.ts';
import { duration, report } from './report/report.ts';
import { machine, writeResults } from './report/results.ts';
import { table } from './report/table.ts';
import { callRows, countCalls } from './syscalls.ts';

const CHART = 'performance.svg';
/** The exit code of a lab that has parts left to measure. */
const UNFINISHED = 3;

const say = (line: string) => process.stderr.write(`${line}\n`);
const print = (text: string) => process.stdout.write(text);
/** The folder of this tool's bundles. */
const PROGRAMS = import.meta.dirname;

/** Each pass prints and writes what it finds, and returns the exit code. */
const PASSES: Readonly<Record<Pass, (options: Options) => Promise<number>>> = {
  async lab(options) {
    const before = options.continues ? earlier(options) : noFindings();
    if ('error' in before) return refuse(before.error);
    const build = buildOf(options);
    const keep = (found: Findings) => writeResults(options, found.introductions, { build, findings: found });
    const findings = await new FullLab(options, PROGRAMS, say, before).run(keep);
    const left = SECTIONS.filter((section) => findings.measured.every((one) => one.section !== section));
    const unfinished = options.continues && left.length > 0;
    const path = unfinished ? join(options.out, 'PERFORMANCE.md') : options.page;
    mkdirSync(dirname(path), { recursive: true });
    const first = findings.small[0]?.connections;
    const chart = first === undefined ? '' : CHART;
    if (first !== undefined) {
      writeFileSync(join(dirname(path), CHART), drawing(findings.small, first, options.size));
    }
    const date = new Date().toISOString();
    const page = report(findings, { date, machine: machine(), options, chart });
    writeFileSync(path, page);
    print(page);
    if (unfinished) {
      say(`\nnot measured yet: ${left.join(', ')}. The same command goes on with them.`);
      return UNFINISHED;
    }
    // A page without our own server must not look like a good one.
    const lost = findings.absent.some((line) => line.startsWith('webserv'));
    return findings.voids > 0 || lost ? 1 : 0;
  },

  compare: withLab(async (lab, options) => {
    const samples = await compare(lab, options, say);
    const summaries = summarize(samples);
    print(`\n${table(rowsOf(summaries, options.size))}`);
    writeResults(options, lab.introductions, { summaries, samples });
    for (const connections of options.connections) {
      const path = join(options.out, `cpu-${connections}.svg`);
      writeFileSync(path, drawing(summaries, connections, options.size));
    }
    return samples.some(({ errors }) => errors > 0) ? 1 : 0;
  }),

  syscalls: withLab(async (lab, options) => {
    const calls = await countCalls(lab, options);
    print(`\n${table(callRows(calls), [0, 2])}`);
    writeResults(options, lab.introductions, { calls });
    return 0;
  }),

  siege: withLab(async (lab, options) => {
    const sieges = await besiege(lab, options);
    print(`\n${table(siegeRows(sieges))}`);
    writeResults(options, lab.introductions, { sieges });
    const failed = sieges.some((one) => one.failed > 0 || one.after.descriptors > one.before.descriptors);
    return failed ? 1 : 0;
  }),

  async profile(options) {
    mkdirSync(options.out, { recursive: true });
    for (const found of await profile(options, PROGRAMS, say)) {
      print(`\n${found.peer}, ${found.kind}: ${found.file}\n\n${table(shareRows(found), [0, 1])}`);
    }
    return 0;
  },

  async libraries(options) {
    const standings = [...headContests(), ...stageContests()].flatMap((contest) => hold(contest));
    const rows = standings.map(({ subject, name, ns, ratio }) => [
      subject,
      name,
      duration(ns.median),
      `${duration(ns.least)} to ${duration(ns.greatest)}`,
      ratioCell(ratio),
    ]);
    print(`\n${table([['what', 'who', 'time', 'range', '/ webserv'], ...rows], [0, 1])}`);
    writeResults(options, [], { standings });
    return 0;
  },

  peers: () => installPeers(say),
};

/** What a pass needs that is not installed. */
const NEEDS: Readonly<Record<Pass, () => string>> = {
  lab: wrkMissing,
  compare: wrkMissing,
  syscalls: () => (which('strace') === '' ? 'strace is not installed' : wrkMissing()),
  siege: siegeMissing,
  profile: wrkMissing,
  libraries: () => '',
  peers: () => '',
};

function withLab(
  work: (lab: Lab, options: Options) => Promise<number>,
): (options: Options) => Promise<number> {
  return async (options) => {
    const peers = choosePeers(options, PROGRAMS);
    if ('error' in peers) return refuse(peers.error);
    const lab = await openLab(peers, { ...options, role: 'files' }, say);
    try {
      if (lab.servers.length === 0) return refuse('no server runs');
      return await work(lab, options);
    } finally {
      await lab.close();
    }
  };
}

async function main(): Promise<number> {
  toWorkspace();
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    print(USAGE);
    return 0;
  }
  const options = parseOptions(args);
  if ('error' in options) return refuse(options.error);
  const missing = NEEDS[options.pass]();
  if (missing !== '') return refuse(missing);
  const [load = 0] = loadavg();
  if (load > 0.5)
    say(`the machine is busy (load ${load.toFixed(1)}): ratios may stand, figures are too high`);
  return PASSES[options.pass](options);
}

function refuse(error: string): number {
  process.stderr.write(`bench: ${error}\n${USAGE}`);
  return 2;
}

/** Paths in options start at the workspace's root, wherever a package manager started the script. */
function toWorkspace(): void {
  let folder = process.cwd();
  while (!existsSync(join(folder, 'nx.json')) && dirname(folder) !== folder) folder = dirname(folder);
  if (existsSync(join(folder, 'nx.json'))) process.chdir(folder);
}

process.exitCode = await main();
