import { loadavg } from 'node:os';
import { join } from 'node:path';
import { ask, fieldOf } from './answer.ts';
import { compare, race, type Summary, warmUp } from './compare.ts';
import { h2loadMissing } from './generators/h2load.ts';
import type { Lab } from './lab.ts';
import { hold, USUAL_PACE } from './libraries/contest.ts';
import { headContests } from './libraries/heads.ts';
import { stageContests } from './libraries/stages.ts';
import { descriptorLimit } from './machine/descriptor-limit.ts';
import { which } from './machine/which.ts';
import type { Options, Section } from './options.ts';
import { openPools } from './pools.ts';
import { type Findings, noFindings } from './report/findings.ts';
import { Rig, type What } from './rig.ts';
import { QUICK, type Scale, WHOLE } from './scale.ts';
import { besideEach, type Neighbour } from './scenarios/beside.ts';
import { applied } from './scenarios/fastcgi.ts';
import { FILL_TITLES, fill } from './scenarios/fill.ts';
import { rest } from './scenarios/idle.ts';
import { besideReloads, withReloads } from './scenarios/reloads.ts';
import { multiplexed, securely } from './scenarios/secure.ts';
import { routed, startMany } from './scenarios/servers.ts';
import { startAll } from './scenarios/starts.ts';
import { upload } from './scenarios/uploads.ts';
import { variantsOf } from './scenarios/variants.ts';
import { inCrews, shareOut } from './scenarios/workers.ts';
import type { Server } from './server.ts';
import { type Calls, countCalls, countOne } from './syscalls.ts';

const MINUTE_MS = 60_000;
/** All peers are compared at these, and at others those that are not many times slower. */
const MAIN_CONNECTIONS: readonly number[] = [64, 512];
/** Other work takes the machine for seconds at a time: it spoils fewer of many short rounds than of a few long ones. */
const MORE_ROUNDS = 2;
/** From here on it takes a while until all connections are open. That must not be most of a run. */
const MANY_CONNECTIONS = 1000;
const LONGER = 3;
/** These are measured at the first number of connections alone: level-triggered drivers, and what gives one figure only. */
const AT_FIRST_ONLY: ReadonlySet<string> = new Set(['webserv:poll', 'webserv:select', 'webserv-quiet']);
/** These are many times slower than the rest, so their extremes say nothing. */
const AT_MAIN_ONLY: ReadonlySet<string> = new Set(['bun-file', 'sirv']);
const CGI_CONNECTIONS = 16;
/** Seconds. A second of scripts is about 600 requests, and V8 has compiled what serves them after some thousands. */
const CGI_WARMUP = 16;
const SCRIPT_NEIGHBOURS = 50;
const MISS_CONNECTIONS = 64;
/** A client of Node needs some 50 KiB for each connection over TLS. */
const SECURE_IDLE = 2000;
/** A second of large files is a dozen requests, and V8 compiles what serves them only after many. */
const LARGE_LOAD = { connections: [4], warmup: 5 };

/** Seconds of one load: the longer it is, the less it matters that wrk first reads a hundred thousand paths. */
const FILL_SECONDS = 8;

/** The whole lab in one run: one method for each part. */
export class FullLab {
  readonly findings: Findings;
  private readonly options: Options;
  private readonly programs: string;
  private readonly rig: Rig;
  private readonly say: (line: string) => void;
  private readonly scale: Scale;

  /**
   * @param programs the folder of what the bundler has made of this tool
   * @param findings of earlier runs. The parts that they have are not measured again
   */
  constructor(
    options: Options,
    programs: string,
    say: (line: string) => void,
    findings: Findings = noFindings(),
  ) {
    this.findings = findings;
    this.options = options;
    this.programs = programs;
    this.rig = new Rig(options, programs, findings, say);
    this.say = say;
    this.scale = options.quick ? QUICK : { ...WHOLE, rounds: options.rounds };
  }

  /** @param kept is called after each part, so that a run that is cut short has lost only its last one */
  async run(kept: (findings: Findings) => void): Promise<Findings> {
    const parts: Readonly<Record<Section, () => Promise<void> | void>> = {
      small: () => this.small(),
      variants: () => this.variants(),
      misses: () => this.misses(),
      beside: () => this.beside(),
      memory: () => this.memory(),
      servers: () => this.servers(),
      workers: () => this.workers(),
      tls: () => this.tls(),
      http2: () => this.http2(),
      large: () => this.large(),
      uploads: () => this.uploads(),
      idle: () => this.idle(),
      scripts: () => this.scripts(),
      fastcgi: () => this.fastcgi(),
      starts: () => this.starts(),
      libraries: () => this.libraries(),
    };
    const { measured } = this.findings;
    const until = performance.now() + this.options.minutes * MINUTE_MS;
    for (const section of this.options.only) {
      if (measured.some((one) => one.section === section)) continue;
      if (performance.now() > until) break;
      this.say(`\n${section}`);
      await parts[section]();
      measured.push({ section, date: new Date().toISOString(), load: loadavg()[0] ?? 0 });
      kept(this.findings);
    }
    return this.findings;
  }

  /** What holds idle connections. */
  private get holder() {
    return { core: this.options.clientCore, client: join(this.programs, 'loads', 'idle.js') };
  }

  private small(): Promise<void> {
    const { options, findings, scale } = this;
    const connections = options.quick ? options.connections.slice(0, 1) : options.connections;
    return this.rig.within(options.peers, { role: 'files', size: options.size }, async (lab) => {
      findings.introductions = [...lab.introductions];
      for (const [index, count] of connections.entries()) {
        const main = MAIN_CONNECTIONS.includes(count);
        const servers = lab.servers.filter(
          ({ peer: { name } }) =>
            (index === 0 || !AT_FIRST_ONLY.has(name)) && (main || !AT_MAIN_ONLY.has(name)),
        );
        const many = count >= MANY_CONNECTIONS;
        const rounds = many ? scale.rounds : this.often.rounds;
        const seconds = many ? LONGER * options.seconds : options.seconds;
        const samples = await compare(
          { ...lab, servers },
          // V8 compiles what it runs during the first warm-up.
          { connections: [count], warmup: index === 0 ? options.warmup : 1, rounds, seconds },
          this.say,
        );
        findings.small.push(...this.rig.summarized(samples));
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

  private variants(): Promise<void> {
    const plan = {
      client: join(this.programs, 'loads', 'heads.js'),
      core: this.options.clientCore,
      many: descriptorLimit() > 5000,
    };
    const what = { role: 'files', siblings: true, size: this.options.size } as const;
    return this.rig.within(this.rig.partakers('variants'), what, async (lab) => {
      const entrants = [];
      for (const server of lab.servers) {
        entrants.push(...(await variantsOf(lab, server, plan)));
      }
      await warmUp(entrants, this.options.warmup);
      this.findings.variants = this.rig.summarized(await race(entrants, this.often, this.say));
    });
  }

  private async misses(): Promise<void> {
    const { findings, options, scale } = this;
    for (const site of ['many', 'few', 'deep'] as const) {
      const what = { role: 'files', site, size: 4096 } as const;
      await this.rig.within(this.rig.partakers('misses'), what, async (lab) => {
        const connections = [MISS_CONNECTIONS];
        const pace = site === 'many' ? this.often : { rounds: scale.rounds, seconds: options.seconds };
        const samples = await compare(lab, { connections, warmup: options.warmup, ...pace }, this.say);
        findings.misses[site] = this.rig.summarized(samples);
        if (which('strace') === '') return;
        const counting = { connections, warmup: 0, seconds: 2 * options.seconds };
        if (site === 'many') findings.missCalls.push(...(await countCalls(lab, counting)));
        if (site === 'deep') findings.missCalls.push(...(await this.notModified(lab, counting)));
      });
    }
  }

  /** System calls of a 304 for a file that no server keeps. */
  private async notModified(lab: Lab, counting: Pick<Options, 'connections' | 'seconds'>): Promise<Calls[]> {
    const found: Calls[] = [];
    for (const server of lab.servers.filter(({ peer }) => peer.name.includes('-uncached'))) {
      const headers = { 'If-None-Match': fieldOf(await ask(server.url), 'etag') };
      found.push(await countOne(lab, server, `${server.peer.name}, 304`, counting, { headers }));
    }
    return found;
  }

  private async beside(): Promise<void> {
    const { findings } = this;
    const files = { role: 'files', site: 'many', size: 0 } as const;
    const readers = this.rig.partakers('beside').filter((name) => name !== 'lighttpd');
    findings.beside = await this.crowded(readers, files, ({ url }) => ({
      page: url,
      neighbours: [
        { name: 'beside itself', url, connections: MISS_CONNECTIONS, ask: { paths: '' } },
        { name: 'beside misses', url, connections: MISS_CONNECTIONS },
      ],
    }));
    const runners = this.rig.partakers('beside').filter((name) => !name.startsWith('nginx'));
    findings.besideScripts = await this.crowded(runners, { role: 'scripts', size: 0 }, ({ url }) => ({
      page: new URL('/page.html', url).href,
      neighbours: [{ name: `beside ${SCRIPT_NEIGHBOURS} scripts`, url, connections: SCRIPT_NEIGHBOURS }],
    }));
  }

  /** A page of each server, alone and beside each of its neighbours. */
  private async crowded(
    names: readonly string[],
    what: What,
    of: (server: Server) => { readonly page: string; readonly neighbours: readonly Neighbour[] },
  ): Promise<Summary[]> {
    let found: Summary[] = [];
    await this.rig.within(names, what, async (lab) => {
      const entrants = [];
      for (const server of lab.servers) {
        const { page: hot, neighbours } = of(server);
        for (const { url, connections } of neighbours) await lab.warm(url, connections, this.options.warmup);
        entrants.push(...besideEach(lab, server, hot, neighbours));
      }
      await warmUp(entrants, this.options.warmup);
      found = this.rig.summarized(await race(entrants, this.often, this.say));
    });
    return found;
  }

  private async memory(): Promise<void> {
    const { findings, scale } = this;
    for (const site of scale.fills) {
      await this.rig.within(this.rig.partakers('memory'), { role: 'files', site, size: 0 }, async (lab) => {
        const fills = await fill(lab, FILL_TITLES[site] ?? site, FILL_SECONDS, this.say);
        for (const one of fills) findings.voids += one.void ? 1 : 0;
        findings.memory.push(...fills);
      });
    }
  }

  private async servers(): Promise<void> {
    const { findings, options, scale } = this;
    await this.rig.starting('servers', async (peers, site, scratch) => {
      const many = { ...site, servers: scale.configured };
      findings.servers = await startMany(peers, many, scratch, scale.rounds, this.say);
    });
    const peers = this.rig.chosen(this.rig.partakers('servers'));
    await this.rig.among(
      routed(peers, scale.configured),
      { role: 'files', site: 'folders', size: options.size },
      async (lab) => {
        const plan = { connections: [MISS_CONNECTIONS], warmup: options.warmup, ...this.often };
        findings.locations = this.rig.summarized(await compare(lab, plan, this.say));
      },
    );
    const ours = withReloads(
      peers.filter(({ name }) => name === 'webserv'),
      scale.configured,
    );
    await this.rig.among(ours, { role: 'files', size: options.size }, async (lab) => {
      const { samples, ...figures } = await besideReloads(lab, { ...options, ...this.often }, this.say);
      findings.reloads = { summaries: this.rig.summarized(samples), ...figures };
    });
  }

  private workers(): Promise<void> {
    const { findings, options } = this;
    const peers = inCrews(this.rig.chosen(this.rig.partakers('workers')));
    return this.rig.among(peers, { role: 'files', size: options.size }, async (lab) => {
      const plan = { connections: [...MAIN_CONNECTIONS], warmup: options.warmup, ...this.often };
      findings.workers = this.rig.summarized(await compare(lab, plan, this.say));
      findings.sharing = await shareOut(lab, this.holder, this.say);
    });
  }

  private async tls(): Promise<void> {
    const { findings, options, scale } = this;
    const names = this.rig.partakers('tls');
    const core = options.clientCore;
    await this.rig.within(names, { role: 'files', secure: true, size: options.size }, async (lab) => {
      const client = join(this.programs, 'loads', 'handshakes.js');
      const entrants = lab.servers.flatMap((server) => securely(lab, server, { client, core }));
      await warmUp(entrants, options.warmup);
      findings.secure = this.rig.summarized(await race(entrants, this.often, this.say));
    });
    // Servers that have had other connections would put these where those were.
    await this.rig.within(names, { role: 'files', secure: true, size: options.size }, async (lab) => {
      const count = Math.min(scale.idle, SECURE_IDLE);
      findings.secureIdle = await rest(lab, { ...this.holder, count }, this.say);
      for (const { errors } of findings.secureIdle) findings.voids += errors > 0 ? 1 : 0;
    });
    const files = names.filter((name) => !name.startsWith('node') && !name.startsWith('bun'));
    await this.rig.within(files, { role: 'files', secure: true, size: scale.large }, async (lab) => {
      const plan = { ...LARGE_LOAD, rounds: scale.rounds, seconds: 4 * options.seconds };
      findings.secureLarge = this.rig.summarized(await compare(lab, plan, this.say));
    });
  }

  private http2(): Promise<void> | void {
    const missing = h2loadMissing();
    if (missing !== '') return this.say(`http2: left out, ${missing}`);
    const { options, findings } = this;
    const what = { role: 'files', secure: true, size: options.size } as const;
    return this.rig.within(this.rig.partakers('http2'), what, async (lab) => {
      const entrants = lab.servers.flatMap((server) => multiplexed(server, options.clientCore));
      await warmUp(entrants, options.warmup);
      findings.http2 = this.rig.summarized(await race(entrants, this.often, this.say));
    });
  }

  private large(): Promise<void> {
    const { options, findings, scale } = this;
    return this.rig.within(this.rig.partakers('large'), { role: 'files', size: scale.large }, async (lab) => {
      const plan = { ...LARGE_LOAD, rounds: scale.rounds, seconds: 4 * options.seconds };
      findings.large = this.rig.summarized(await compare(lab, plan, this.say));
    });
  }

  private uploads(): Promise<void> {
    const { options, findings, scale } = this;
    return this.rig.within(this.rig.partakers('uploads'), { role: 'uploads', size: 1024 }, async (lab) => {
      const { rounds } = scale;
      const client = join(this.programs, 'loads', 'upload.js');
      const plan = { size: scale.upload, rounds, core: options.clientCore, client };
      findings.uploads = await upload(lab, plan, this.say);
      for (const { voids } of findings.uploads) findings.voids += voids;
    });
  }

  private async idle(): Promise<void> {
    const { findings, scale } = this;
    if (descriptorLimit() < scale.idle * 1.2) {
      this.say(`idle: left out, a process may have no more than ${descriptorLimit()} descriptors`);
      return;
    }
    await this.rig.within(this.rig.partakers('idle'), { role: 'files', size: 1024 }, async (lab) => {
      findings.idle = await rest(lab, { ...this.holder, count: scale.idle }, this.say);
      for (const { errors } of findings.idle) findings.voids += errors > 0 ? 1 : 0;
    });
  }

  private scripts(): Promise<void> {
    const { options, findings, scale } = this;
    return this.rig.within(this.rig.partakers('scripts'), { role: 'scripts', size: 0 }, async (lab) => {
      const plan = {
        connections: [CGI_CONNECTIONS],
        warmup: CGI_WARMUP,
        rounds: scale.rounds,
        seconds: 2 * options.seconds,
      };
      findings.scripts = this.rig.summarized(await compare(lab, plan, this.say));
    });
  }

  private async fastcgi(): Promise<void> {
    const { options, rig } = this;
    const names = rig.partakers('fastcgi');
    const pools = await openPools(names, options.clientCore);
    if ('missing' in pools) return this.say(`fastcgi: left out, ${pools.missing}`);
    try {
      await rig.within(names, { role: 'fastcgi', pools: pools.folder, size: 0 }, async (lab) => {
        const entrants = lab.servers.flatMap((server) => applied(lab, server));
        await warmUp(entrants, options.warmup);
        this.findings.fastcgi = rig.summarized(await race(entrants, this.often, this.say));
      });
    } finally {
      await pools.close();
    }
  }

  private starts(): Promise<void> {
    return this.rig.starting('starts', async (peers, site, scratch) => {
      this.findings.starts = await startAll(peers, site, scratch, this.scale.starts, this.say);
    });
  }

  private libraries(): void {
    const pace = { ...USUAL_PACE, rounds: this.scale.batches };
    for (const contest of [...headContests(), ...stageContests()]) {
      this.say(contest.subject);
      this.findings.libraries.push(...hold(contest, pace));
    }
  }

  /** The rounds of what is judged closely. */
  private get often(): { readonly rounds: number; readonly seconds: number } {
    return { rounds: MORE_ROUNDS * this.scale.rounds + 1, seconds: this.options.seconds };
  }
}
