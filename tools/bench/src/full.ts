import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, summarize } from './compare.ts';
import { type Findings, noFindings } from './findings.ts';
import { type Lab, openLab, type Plan } from './lab.ts';
import { hold, USUAL_PACE } from './libraries/contest.ts';
import { headContests } from './libraries/heads.ts';
import { stageContests } from './libraries/stages.ts';
import type { Options, Section } from './options.ts';
import { page } from './page.ts';
import { choosePeers } from './peers/all.ts';
import { descriptorLimit, rest } from './scenarios/idle.ts';
import { startAll } from './scenarios/starts.ts';
import { upload } from './scenarios/uploads.ts';
import { countCalls } from './syscalls.ts';
import { which } from './which.ts';

const MIB = 2 ** 20;
/** At these the comparison of all peers is; at others the extremes are of interest, and fewer rounds do. */
const MAIN_CONNECTIONS: readonly number[] = [64, 512];
/** A neighbour takes the machine for seconds at a time: many short rounds lose fewer of their number to him than a few long ones. */
const MORE_ROUNDS = 2;
const FEWER_ROUNDS = 3;
/** From here on it takes a while until all are open, which must not be most of the run. */
const MANY_CONNECTIONS = 1000;
const LONGER = 3;
/** Level-triggered and bounded, or a variant of one figure: measured at the first number of connections alone. */
const AT_FIRST_ONLY: ReadonlySet<string> = new Set(['webserv:poll', 'webserv:select', 'webserv-quiet']);
/** Many times slower than the rest: their extremes say nothing. */
const AT_MAIN_ONLY: ReadonlySet<string> = new Set(['bun-file', 'sirv']);
const CGI_CONNECTIONS = 16;
/** Seconds. A second of scripts is some 600 requests, and a compiler that runs beside them has done after some thousands. */
const CGI_WARMUP = 16;
const LARGE_CONNECTIONS = 4;
/** Seconds. A second of them is a dozen requests, and what serves them is compiled only then. */
const LARGE_WARMUP = 5;

const DRIVERS = ['webserv', 'webserv:io_uring', 'webserv:epoll'];
/** Who takes part in what only some can do. */
const PARTAKERS: Readonly<Partial<Record<Section, readonly string[]>>> = {
  large: [...DRIVERS, 'nginx', 'lighttpd', 'h2o'],
  uploads: [...DRIVERS, 'nginx'],
  idle: [...DRIVERS, 'nginx', 'lighttpd', 'h2o'],
  scripts: [...DRIVERS, 'lighttpd'],
  starts: ['webserv', 'nginx', 'lighttpd', 'node-http'],
};

/** How much of everything: for the page, and to try the lab. */
interface Scale {
  readonly rounds: number;
  readonly large: number;
  readonly upload: number;
  readonly idle: number;
  readonly starts: number;
  readonly batches: number;
}
const WHOLE: Scale = {
  rounds: 5,
  large: 100 * MIB,
  upload: 1024 * MIB,
  idle: 10_000,
  starts: 15,
  batches: USUAL_PACE.rounds,
};
const QUICK: Scale = {
  rounds: 1,
  large: 100 * MIB,
  upload: 256 * MIB,
  idle: 1000,
  starts: 3,
  batches: 5,
};

/** The whole lab in one run: what all parts share, and one method for each of them. */
export class FullLab {
  readonly findings: Findings = noFindings();
  private readonly options: Options;
  private readonly programs: string;
  private readonly say: (line: string) => void;
  private readonly scale: Scale;

  /** @param programs the folder of what the bundler has made of this tool */
  constructor(options: Options, programs: string, say: (line: string) => void) {
    this.options = options;
    this.programs = programs;
    this.say = say;
    this.scale = options.quick ? QUICK : { ...WHOLE, rounds: options.rounds };
  }

  async run(): Promise<Findings> {
    const parts: Readonly<Record<Section, () => Promise<void> | void>> = {
      small: () => this.small(),
      large: () => this.large(),
      uploads: () => this.uploads(),
      idle: () => this.idle(),
      scripts: () => this.scripts(),
      starts: () => this.starts(),
      libraries: () => this.libraries(),
    };
    for (const section of this.options.only) {
      this.say(`\n${section}`);
      await parts[section]();
    }
    return this.findings;
  }

  private small(): Promise<void> {
    const { options, findings, scale } = this;
    const connections = options.quick ? options.connections.slice(0, 1) : options.connections;
    return this.within(options.peers, { role: 'files', size: options.size }, async (lab) => {
      findings.introductions = [...lab.introductions];
      for (const [index, count] of connections.entries()) {
        const main = MAIN_CONNECTIONS.includes(count);
        const servers = lab.servers.filter(
          ({ peer: { name } }) =>
            (index === 0 || !AT_FIRST_ONLY.has(name)) && (main || !AT_MAIN_ONLY.has(name)),
        );
        const rounds = main ? MORE_ROUNDS * scale.rounds + 1 : scale.rounds;
        const seconds = count >= MANY_CONNECTIONS ? LONGER * options.seconds : options.seconds;
        const samples = await compare(
          { ...lab, servers },
          // The first time V8 compiles what it will run.
          { connections: [count], warmup: index === 0 ? options.warmup : 1, rounds, seconds },
          this.say,
        );
        findings.small.push(...this.counted(summarize(samples)));
      }
      if (which('strace') === '') this.say('system calls: left out, strace is not installed');
      else
        findings.calls = await countCalls(lab, {
          ...options,
          warmup: 0,
          seconds: 2 * options.seconds,
          connections,
        });
    });
  }

  private large(): Promise<void> {
    const { options, findings, scale } = this;
    return this.within(this.partakers('large'), { role: 'files', size: scale.large }, async (lab) => {
      const rounds = Math.min(FEWER_ROUNDS, scale.rounds);
      const plan = {
        connections: [LARGE_CONNECTIONS],
        warmup: LARGE_WARMUP,
        rounds,
        seconds: 4 * options.seconds,
      };
      findings.large = this.counted(summarize(await compare(lab, plan, this.say)));
    });
  }

  private uploads(): Promise<void> {
    const { options, findings, scale } = this;
    return this.within(this.partakers('uploads'), { role: 'uploads', size: 1024 }, async (lab) => {
      const rounds = Math.min(FEWER_ROUNDS, scale.rounds);
      const client = join(this.programs, 'loads', 'upload.js');
      const plan = { size: scale.upload, rounds, core: options.clientCore, client };
      findings.uploads = await upload(lab, plan, this.say);
      for (const { voids } of findings.uploads) findings.voids += voids;
    });
  }

  private async idle(): Promise<void> {
    const { options, findings, scale } = this;
    if (descriptorLimit() < scale.idle * 1.2) {
      this.say(`idle: left out, a process may have no more than ${descriptorLimit()} descriptors`);
      return;
    }
    await this.within(this.partakers('idle'), { role: 'files', size: 1024 }, async (lab) => {
      const client = join(this.programs, 'loads', 'idle.js');
      findings.idle = await rest(lab, { count: scale.idle, core: options.clientCore, client }, this.say);
      for (const { errors } of findings.idle) findings.voids += errors > 0 ? 1 : 0;
    });
  }

  private scripts(): Promise<void> {
    const { options, findings, scale } = this;
    return this.within(this.partakers('scripts'), { role: 'scripts', size: 0 }, async (lab) => {
      const plan = {
        connections: [CGI_CONNECTIONS],
        warmup: CGI_WARMUP,
        rounds: scale.rounds,
        seconds: 2 * options.seconds,
      };
      findings.scripts = this.counted(summarize(await compare(lab, plan, this.say)));
    });
  }

  private async starts(): Promise<void> {
    const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
    try {
      writeFileSync(join(scratch, 'page.html'), page(1024));
      const peers = choosePeers({ ...this.options, peers: this.partakers('starts') }, this.programs);
      if ('error' in peers) throw new Error(peers.error);
      const here = peers.filter((peer) => peer.missing() === '');
      const site = { root: scratch, file: 'page.html', role: 'files' } as const;
      this.findings.starts = await startAll(here, site, scratch, this.scale.starts, this.say);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  private libraries(): void {
    const pace = { ...USUAL_PACE, rounds: this.scale.batches };
    for (const contest of [...headContests(), ...stageContests()]) {
      this.say(contest.subject);
      this.findings.libraries.push(...hold(contest, pace));
    }
  }

  /** Who of those that the run is about can do this. */
  private partakers(section: Section): readonly string[] {
    return (PARTAKERS[section] ?? []).filter((name) => this.options.peers.includes(name));
  }

  private async within(
    names: readonly string[],
    what: Pick<Plan, 'role' | 'size'>,
    work: (lab: Lab) => Promise<void>,
  ): Promise<void> {
    const peers = choosePeers({ ...this.options, peers: names }, this.programs);
    if ('error' in peers) throw new Error(peers.error);
    const lab = await openLab(peers, { ...this.options, ...what }, this.say);
    try {
      for (const line of lab.absent)
        if (!this.findings.absent.includes(line)) this.findings.absent.push(line);
      await work(lab);
    } finally {
      await lab.close();
    }
  }

  private counted<T extends { readonly voids: number }>(summaries: T[]): T[] {
    for (const { voids } of summaries) this.findings.voids += voids;
    return summaries;
  }
}
