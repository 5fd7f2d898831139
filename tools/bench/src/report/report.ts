import { ratioCell, rowsOf, type Summary } from '../compare.ts';
import type { Introduction } from '../lab.ts';
import type { Options } from '../options.ts';
import { callRows } from '../syscalls.ts';
import type { Findings } from './findings.ts';
import type { Word } from './judge.ts';
import { besides, duels, fastcgi, locations, memory, middle, misses, servers } from './parts.ts';
import { reloads } from './reloads.ts';
import type { Machine } from './results.ts';
import { http2, secure } from './secure.ts';
import { deviation, type Estimate } from './statistics.ts';
import { figure, markdown } from './table.ts';
import { judge, type Verdict } from './targets.ts';
import { workers } from './workers.ts';

/** What the page needs beside the figures. */
interface Context {
  readonly date: string;
  readonly machine: Machine;
  readonly options: Options;
  /** File name of the chart beside the page; '' if there is none. */
  readonly chart: string;
}

/** Writes the page of one run of the lab from its findings alone: the same findings make the same page. */
export function report(findings: Findings, context: Context): string {
  const parts = [
    opening(context),
    targets(judge(findings)),
    small(findings.small),
    calls(findings),
    duels(findings.variants),
    misses(findings),
    besides(findings),
    memory(findings.memory),
    servers(findings.servers),
    locations(findings.locations),
    reloads(findings),
    workers(findings),
    secure(findings),
    http2(findings.http2),
    large(findings.large),
    uploads(findings),
    idle(findings),
    scripts(findings.scripts),
    fastcgi(findings.fastcgi),
    starts(findings),
    libraries(findings),
    heads(findings.introductions),
    closing(findings, context),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function opening({ chart, options }: Context): string {
  const picture = chart === '' ? '' : `\n\n![CPU time of a request, each server](${chart})`;
  return `# Performance

This page is written by [the lab](../tools/bench/README.md), which runs webserv and its peers side by side and in turns
on one machine, each with its fast settings, its access log on where it has one, and the same bytes in every answer. A run
with a single error counts nowhere. Each figure is the median of its rounds; ±% is half of their range. A ratio is the
median of the ratios of paired rounds, which were measured one soon after the other. The ratios may be quoted; absolute
figures belong to one machine on one day. \`~\` before a ratio says that it lies within its noise: the run leaves open which
of the two is better.${picture}

The small file has ${options.size.toLocaleString('en')} bytes.`;
}

function targets(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ what, unit, bound, side, found, word }) => [
    what,
    `${side} ${bound}${unit === '' ? '' : ` ${unit}`}`,
    figure(found.figure),
    range(found),
    word === 'missed' ? '**missed**' : word,
  ]);
  const named = (word: Word) => verdicts.filter((one) => one.word === word).map(({ what }) => what);
  const lists = (['missed', 'undecided'] as const)
    .map((word) => ({ word, list: named(word) }))
    .filter(({ list }) => list.length > 0)
    .map(
      ({ word, list }) =>
        `\n\n${word === 'missed' ? 'Missed' : 'Undecided'} in this run: ${list.join('; ')}.`,
    );
  return `## Targets

Ours divided by theirs, from paired rounds. "nginx" is the better of its two settings, with sendfile and without. The
interval holds the true figure in about 19 of 20 runs. The verdict is _undecided_ where the interval holds the target: such
a run neither meets nor misses it. Fewer than five rounds decide nothing, and neither does a figure below zero. What is
counted has no interval.

${markdown([['measure', 'target', 'this run', 'interval', 'verdict'], ...rows], [0, 1, 4])}${lists.join('')}`;
}

function range({ low, high }: Estimate): string {
  if (low === high) return '';
  return Number.isFinite(low) && Number.isFinite(high) ? `${figure(low)} to ${figure(high)}` : 'open';
}

function small(summaries: readonly Summary[]): string {
  if (summaries.length === 0) return '';
  const counts = [...new Set(summaries.map(({ connections }) => connections))];
  const tables = counts.map((count) => {
    const own = summaries.filter(({ connections }) => connections === count);
    return `### ${count.toLocaleString('en')} ${count === 1 ? 'connection' : 'connections'}\n\n${markdown(rowsOf(own, 1))}`;
  });
  return `## A small file

CPU is the server's, user and system, with its workers. With one connection both sides mostly wait for each other.

${tables.join('\n\n')}`;
}

function calls(findings: Findings): string {
  if (findings.calls.length === 0) return '';
  return `## System calls

strace counts them in a pass of its own. It slows a server down, and a slower server gathers more in each tick.

${markdown(callRows(findings.calls), [0, 2])}`;
}

function large(summaries: readonly Summary[]): string {
  if (summaries.length === 0) return '';
  return `## A file of 100 MiB\n\n${markdown(rowsOf(summaries, 2 ** 20))}`;
}

function uploads({ uploads: found }: Findings): string {
  if (found.length === 0) return '';
  const rows = found.map(({ peer, perGib, resident, voids }) => [
    peer,
    ...middle(perGib),
    figure(resident.median),
    String(voids),
  ]);
  return `## An upload of 1 GiB

To a file on the disk, by POST to webserv and by PUT to nginx. The lab compares what was stored with what was sent.

${markdown([['server', 'CPU s/GiB', '±%', 'MiB resident', 'void'], ...rows])}`;
}

function idle({ idle: found }: Findings): string {
  if (found.length === 0) return '';
  const rows = found.map(({ peer, connections, kib, errors }) => [
    peer,
    connections.toLocaleString('en'),
    figure(kib),
    String(errors),
  ]);
  return `## Idle connections

Each has carried one request and is kept alive. The kernel's part of a socket is the same for every server and does not
count.

${markdown([['server', 'connections', 'resident KiB each', 'errors'], ...rows])}`;
}

function scripts(summaries: readonly Summary[]): string {
  if (summaries.length === 0) return '';
  const rows = summaries.map(({ peer, figures, voids }) => [
    peer,
    ...middle(figures.rate),
    figure(figures.cpu.median),
    figure(figures.children.median),
    figure(figures.p50.median),
    figure(figures.p99.median),
    String(voids),
  ]);
  const head = ['server', 'req/s', '±%', 'own CPU us', "script's CPU us", 'p50 us', 'p99 us', 'void'];
  return `## CGI

The same script of /bin/sh, which prints one line, over 16 connections. The scripts share the CPU of their server.

${markdown([head, ...rows])}`;
}

function starts({ starts: found }: Findings): string {
  if (found.length === 0) return '';
  const rows = found.map(({ peer, ms }) => [peer, figure(ms.median), figure(ms.least), figure(ms.greatest)]);
  return `## Start

From the start of the process to the first byte of its first answer, not pinned to one CPU.

${markdown([['server', 'ms', 'least', 'greatest'], ...rows])}`;
}

function libraries({ libraries: found }: Findings): string {
  if (found.length === 0) return '';
  const rows = found.map(({ subject, name, ns, ratio }) => [
    subject,
    name,
    duration(ns.median),
    figure(100 * deviation(ns)),
    ratioCell(ratio),
  ]);
  return `## The stages alone

Each library's part of a request, without I/O. Over 1 in the column "/ webserv", ours is faster. Changing heads have another
path and another value of one field each time, so the parser has seen none of them before; the target above is about them.
Repeated heads are the same each time, as a keep-alive client sends them: the parser finds what it has read before and does
not read it again, except fields beside a cookie.

${markdown([['what', 'who', 'time', '±%', '/ webserv'], ...rows], [0, 1])}`;
}

function heads(introductions: readonly Introduction[]): string {
  if (introductions.length === 0) return '';
  const rows = introductions.map(({ name, version, logs, headers }) => {
    const bytes = headers.reduce((sum, line) => sum + line.length + 2, 0);
    const names = headers.map((line) => line.slice(0, line.indexOf(':')).toLowerCase()).sort();
    return [name, version, logs ? 'yes' : 'no', String(bytes), names.join(', ')];
  });
  return `## Who took part

All servers send the same body but not the same head: a server that sends fewer fields has less to do. Bytes are those of
the fields.

${markdown([['server', 'version', 'access log', 'bytes', 'fields'], ...rows], [0, 1, 2, 4])}`;
}

/** The lab itself keeps one CPU busy with the load and one with a server. */
const OWN_LOAD = 2.5;

function closing(findings: Findings, { date, machine, options }: Context): string {
  const { absent, voids } = findings;
  const { cpu, cores, memory, kernel, node } = machine;
  const busy = disturbed(findings, machine);
  const left = absent.length === 0 ? '' : `\n- Left out: ${absent.join('; ')}`;
  return `## This run

- ${date.slice(0, 10)}, ${cpu}, ${cores} CPUs, ${Math.round(memory / 2 ** 30)} GiB, ${kernel}, Node ${node.slice(1)}
- Servers on CPU ${options.serverCore ?? 'any'}, load on CPU ${options.clientCore ?? 'any'}, loopback, a small file ${options.seconds} s a round
- Void runs: ${voids}${busy}${left}${daysOf(findings)}

\`npx nx run bench:lab\` writes this page.`;
}

/** When parts were measured, if that was not all on one day. */
function daysOf({ measured }: Findings): string {
  const days = [...new Set(measured.map(({ date }) => date.slice(0, 10)))];
  return days.length < 2 ? '' : `\n- Parts were measured on ${days.join(', ')}`;
}

/** The parts at whose end the machine had other work. */
function disturbed({ measured }: Findings, { load }: Machine): string {
  const busy = measured.filter((part) => part.load > OWN_LOAD);
  if (measured.length > 0 && busy.length === 0) return '';
  if (measured.length === 0 && load <= OWN_LOAD) return '';
  const when = busy.map((part) => `${part.section} (load ${figure(part.load)})`).join(', ');
  const end = measured.length === 0 ? `of the run (load ${figure(load)})` : `of ${when}`;
  return `\n- The machine had other work at the end ${end}: figures are too high, and ratios rough`;
}

/** Nanoseconds in the unit that suits them. */
export function duration(ns: number): string {
  if (ns >= 1e6) return `${figure(ns / 1e6)} ms`;
  return ns >= 1e4 ? `${figure(ns / 1e3)} us` : `${figure(ns)} ns`;
}
