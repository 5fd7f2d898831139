import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Options, parseOptions, USAGE } from './options.ts';
import { plot } from './plot.ts';
import { csv, type Sample } from './sample.ts';
import { buildHost } from './server.ts';
import { type Outcome, soak } from './soak.ts';
import { percent } from './verdict.ts';

const MIB = 2 ** 20;
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const host = await buildHost(resolve('src/host.ts'), dirname(process.argv[1] as string));
  const outcome = await soak(host, options, (sample) => say(line(sample)));
  mkdirSync(options.out, { recursive: true });
  const minutes = options.seconds / 60;
  const title = `webserv (${outcome.driver}) under mixed load, ${Number(minutes.toFixed(2))} min, ${options.clients} clients`;
  writeFileSync(join(options.out, 'soak.csv'), csv(outcome.samples));
  writeFileSync(join(options.out, 'soak.svg'), plot(title, outcome.samples));
  summary(title, outcome);
  return outcome.problems.length === 0 ? 0 : 1;
}

function line({
  seconds,
  resident,
  heapUsed,
  objects,
  descriptors,
  children,
  connections,
  slots,
  timers,
  verified,
  failures,
}: Sample): string {
  return (
    `${seconds.toFixed(0).padStart(5)} s  rss ${(resident / MIB).toFixed(1)}  heap ${(heapUsed / MIB).toFixed(2)}  objects ${(objects / MIB).toFixed(2)} MiB  ` +
    `fds ${descriptors}  children ${children}  connections ${connections}  slots ${slots}  timers ${timers}  ` +
    `verified ${verified}  failed ${failures}`
  );
}

function summary(title: string, { tally, lines, problems, samples }: Outcome): void {
  say(`\n${title}`);
  const seconds = samples.at(-1)?.seconds ?? 1;
  say(
    `${tally.verified} answers verified, ${Math.round(tally.verified / seconds)} a second; ${tally.failures} failed`,
  );
  for (const [name, count] of [...tally.played].sort((a, b) => b[1] - a[1]))
    say(`  ${String(count).padStart(8)} ${name}`);
  for (const { name, first, last, growth, certain, problem } of lines) {
    const show = (value: number): string =>
      first > 100_000 ? `${(value / MIB).toFixed(2)} MiB` : value.toFixed(1);
    say(
      `${name.padEnd(12)} ${show(first)} -> ${show(last)}  (${percent(growth)}, certain ${percent(certain)})  ${problem || 'flat'}`,
    );
  }
  for (const failure of tally.failed) say(`failed: ${failure}`);
  for (const problem of problems) say(`PROBLEM: ${problem}`);
  say(
    problems.length === 0 ? 'VERDICT: nothing grows, nothing failed, nothing is left' : 'VERDICT: not well',
  );
}

process.exitCode = await main(process.argv.slice(2));
