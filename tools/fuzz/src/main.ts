import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleTargets } from './bundle.ts';
import { inputOf, lineOf, readCorpus, writeCorpus } from './corpus.ts';
import { Coverage, PLACES } from './coverage.ts';
import { Fuzzer } from './fuzzer.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import type { Target } from './target.ts';
import { Watchdog } from './watchdog.ts';

/** Executions between two reads of the clock. */
const STEP = 200;
/** Seconds that one target runs before the next one's turn. */
const TURN = 10;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const probes = globalThis as unknown as { fuzzProbe: Coverage['probe'] };
  probes.fuzzProbe = new Coverage().probe;
  // The folder is beside this program, which is a bundle too, so that two runs do not meet.
  const outfile = join(dirname(process.argv[1] as string), 'targets.js');
  const places = await bundleTargets(resolve('src/targets/all.ts'), outfile);
  if (places > PLACES) throw new Error(`${places} places, room for ${PLACES}`);
  const { TARGETS } = (await import(pathToFileURL(outfile).href)) as { TARGETS: readonly Target[] };
  const chosen = TARGETS.filter(({ name }) => options.targets.length === 0 || options.targets.includes(name));
  if (chosen.length === 0) {
    process.stderr.write(`no such target; there are: ${TARGETS.map(({ name }) => name).join(', ')}\n`);
    return 2;
  }
  if (options.input !== '') return replay(chosen, inputOf(options.input));
  return fuzz(chosen, options, probes.fuzzProbe, places);
}

function replay(targets: readonly Target[], input: Buffer): number {
  (globalThis as unknown as { fuzzProbe: Coverage['probe'] }).fuzzProbe.fuel = Number.MAX_SAFE_INTEGER;
  for (const target of targets) {
    target.run(input);
    say(`${target.name}: all holds`);
  }
  return 0;
}

function fuzz(targets: readonly Target[], options: Options, probe: Coverage['probe'], size: number): number {
  const folder = resolve(options.corpus);
  const watchdog = new Watchdog();
  const rows = targets.map((target) => {
    const coverage = new Coverage(probe, size);
    const fuzzer = new Fuzzer(target, coverage, options.seed, watchdog);
    fuzzer.begin(readCorpus(folder, target.name));
    return { target, coverage, fuzzer, places: coverage.places, seconds: 0, reported: 0 };
  });
  type Row = (typeof rows)[number];
  const turn = (row: Row, seconds: number, runs: number): void => {
    const started = performance.now();
    const ends = row.fuzzer.executions + (runs > 0 ? runs : Number.POSITIVE_INFINITY);
    const late = (): boolean => runs === 0 && performance.now() - started > seconds * 1000;
    do row.fuzzer.step(Math.min(STEP, ends - row.fuzzer.executions));
    while (!late() && row.fuzzer.executions < ends && !row.fuzzer.finished);
    row.seconds += (performance.now() - started) / 1000;
    for (const { message, input, execution } of row.fuzzer.findings.slice(row.reported)) {
      say(
        `FOUND ${row.target.name}, seed ${options.seed}, execution ${execution}: ${message}\n  ${lineOf(input)}`,
      );
    }
    row.reported = row.fuzzer.findings.length;
  };
  const started = performance.now();
  const left = (): number => options.seconds - (performance.now() - started) / 1000;
  if (options.runs > 0) for (const row of rows) turn(row, 0, options.runs);
  else {
    const share = Math.min(TURN, options.seconds / rows.length);
    while (left() > 0.05 && rows.some(({ fuzzer }) => !fuzzer.finished)) {
      for (const row of rows)
        if (left() > 0.05 && !row.fuzzer.finished) turn(row, Math.min(share, left()), 0);
    }
  }
  for (const { target, coverage, fuzzer, places, seconds } of rows) {
    const rate = Math.round(fuzzer.executions / Math.max(seconds, 0.001));
    say(
      `${target.name}: ${fuzzer.executions} executions (${rate}/s), places ${places} -> ${coverage.places}, ` +
        `features ${coverage.features}, ${fuzzer.kept.length} inputs, ${fuzzer.findings.length} findings`,
    );
    if (options.save) writeCorpus(folder, target.name, fuzzer.essence());
  }
  say(`memory: ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB resident`);
  return rows.some(({ fuzzer }) => fuzzer.findings.length > 0) ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
