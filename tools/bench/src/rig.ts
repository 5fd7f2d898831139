import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sample, type Summary, summarize } from './compare.ts';
import { type Lab, openLab, type Plan } from './lab.ts';
import type { Options, Section } from './options.ts';
import { page } from './page.ts';
import type { Peer } from './peer.ts';
import { choosePeers } from './peers/all.ts';
import type { Findings } from './report/findings.ts';
import type { Site } from './server.ts';

const DRIVERS = ['webserv', 'webserv:io_uring', 'webserv:epoll'];
/** The peers of the parts in which not all take part. */
const PARTAKERS: Readonly<Partial<Record<Section, readonly string[]>>> = {
  variants: ['webserv', 'webserv-fields', 'webserv-ruled', 'nginx-pread'],
  misses: [
    'webserv',
    'webserv:epoll',
    'webserv-uncached',
    'webserv-uncached:epoll',
    'nginx',
    'nginx-uncached',
    'nginx-pread',
    'nginx-pread-uncached',
    'h2o',
    'lighttpd',
    'floor-files',
    'floor-files-uring',
  ],
  beside: ['webserv', 'nginx-uncached', 'lighttpd'],
  memory: ['webserv'],
  servers: ['webserv', 'nginx'],
  workers: ['webserv', 'webserv:epoll', 'nginx'],
  tls: ['webserv', 'webserv:epoll', 'nginx', 'h2o', 'caddy', 'node-https', 'bun-memory'],
  http2: ['webserv', 'webserv:epoll', 'nginx', 'h2o', 'caddy', 'node-http2'],
  large: [...DRIVERS, 'nginx', 'lighttpd', 'h2o'],
  uploads: [...DRIVERS, 'nginx'],
  idle: [...DRIVERS, 'nginx', 'lighttpd', 'h2o'],
  scripts: [...DRIVERS, 'lighttpd'],
  fastcgi: ['webserv', 'webserv:epoll', 'nginx', 'nginx-kept'],
  starts: ['webserv', 'nginx', 'lighttpd', 'node-http'],
};

/** What a part of the lab serves; the CPUs are the run's. */
export type What = Omit<Plan, 'serverCore' | 'clientCore'>;

/** What all parts of the lab share: it chooses peers, ends their servers after the work, and counts void runs. */
export class Rig {
  private readonly options: Options;
  private readonly programs: string;
  private readonly findings: Findings;
  private readonly say: (line: string) => void;

  /** @param programs the folder of what the bundler has made of this tool */
  constructor(options: Options, programs: string, findings: Findings, say: (line: string) => void) {
    this.options = options;
    this.programs = programs;
    this.findings = findings;
    this.say = say;
  }

  /** Hands over installed peers that do not run yet, and a page for them. */
  async starting(
    section: Section,
    work: (peers: readonly Peer[], site: Site, scratch: string) => Promise<void>,
  ): Promise<void> {
    const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
    try {
      writeFileSync(join(scratch, 'page.html'), page(1024));
      const here = this.chosen(this.partakers(section)).filter((peer) => peer.missing() === '');
      await work(here, { root: scratch, file: 'page.html', role: 'files' }, scratch);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  /** The peers of the run that take part. A variant takes part if its plain form does. */
  partakers(section: Section): readonly string[] {
    const plain = (name: string) =>
      name.replace(/-uncached|-fields|-ruled|-files|-kept|(?<=^node-http)[2s]$/, '');
    return (PARTAKERS[section] ?? []).filter((name) => this.options.peers.includes(plain(name)));
  }

  /** Peers by their names. */
  chosen(names: readonly string[]): readonly Peer[] {
    const peers = choosePeers({ ...this.options, peers: names }, this.programs);
    if ('error' in peers) throw new Error(peers.error);
    return peers;
  }

  /** Starts peers by their names, works with them, and ends them. */
  within(names: readonly string[], what: What, work: (lab: Lab) => Promise<void>): Promise<void> {
    return this.among(this.chosen(names), what, work);
  }

  /** The same with peers that are not known by a name. */
  async among(peers: readonly Peer[], what: What, work: (lab: Lab) => Promise<void>): Promise<void> {
    const lab = await openLab(peers, { ...this.options, ...what }, this.say);
    try {
      for (const line of lab.absent)
        if (!this.findings.absent.includes(line)) this.findings.absent.push(line);
      await work(lab);
    } finally {
      await lab.close();
    }
  }

  /** Summaries whose void runs are counted. */
  summarized(samples: readonly Sample[]): Summary[] {
    const summaries = summarize(samples);
    for (const { voids } of summaries) this.findings.voids += voids;
    return summaries;
  }
}
