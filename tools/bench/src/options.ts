import { parseArgs } from 'node:util';
import { SITES, type SiteName } from './sites.ts';

/** From this size on a run is about bytes: it gives the cost of a GiB, and an answer may take a minute. */
export const LARGE = 2 ** 20;

/** The parts of the pass `lab`, in the order of its page. */
export const SECTIONS = [
  'small',
  'variants',
  'misses',
  'beside',
  'memory',
  'servers',
  'workers',
  'tls',
  'http2',
  'large',
  'uploads',
  'idle',
  'scripts',
  'fastcgi',
  'starts',
  'libraries',
] as const;
export type Section = (typeof SECTIONS)[number];

export type Pass = 'lab' | 'compare' | 'syscalls' | 'siege' | 'profile' | 'libraries' | 'peers';

/** What one run of the lab does. Times are seconds, sizes bytes. */
export interface Options {
  readonly pass: Pass;
  /** Peers in order; the first one that runs is the base of the ratios. */
  readonly peers: readonly string[];
  readonly connections: readonly number[];
  readonly seconds: number;
  readonly warmup: number;
  readonly rounds: number;
  readonly size: number;
  /** The files that are asked for. */
  readonly site: SiteName;
  /** The command that starts webserv. The lab appends `-c FILE`. */
  readonly webserv: readonly string[];
  /** The command of the peers `before`: another build of webserv. */
  readonly before: readonly string[];
  /** CPU of the server and of the load; null lets the kernel choose. */
  readonly serverCore: number | null;
  readonly clientCore: number | null;
  /** Whether siege keeps its connections. Otherwise it opens one for each request. */
  readonly keepAlive: boolean;
  /** The lab: fewer and shorter runs, to try it; and its parts. */
  readonly quick: boolean;
  readonly only: readonly Section[];
  /** The lab: whether it keeps the parts that its results have, and after how many minutes it begins no other part. */
  readonly continues: boolean;
  readonly minutes: number;
  /** Where the lab's page goes, with its chart beside it. */
  readonly page: string;
  /** Where everything else goes. */
  readonly out: string;
}

interface Defaults {
  readonly peers?: string;
  readonly connections?: string;
  readonly seconds?: string;
}

const OTHERS = 'nginx,nginx-pread,h2o,lighttpd,caddy,bun-memory,bun-file,node-http,sirv,floor,floor-uring';
const DRIVERS = 'webserv:io_uring,webserv:epoll,webserv:poll,webserv:select';

const DEFAULTS: Readonly<Record<Pass, Defaults>> = {
  lab: { peers: `webserv,${DRIVERS},webserv-quiet,${OTHERS}`, connections: '64,512,1,4096', seconds: '1' },
  compare: { peers: `webserv,${OTHERS}` },
  syscalls: { peers: 'webserv,nginx,h2o,lighttpd,node-http,floor,floor-uring', seconds: '3' },
  siege: { connections: '100', seconds: '60' },
  profile: {},
  libraries: {},
  peers: {},
};

export const USAGE = `usage: bench lab|compare|syscalls|siege|profile|libraries|peers [options]
  lab                  everything below, against the targets, as a page and a chart
  compare              a file, from every peer          syscalls    the same under strace -c
  siege                siege -b                         profile     where the time and the memory of webserv go
  libraries            the stages of a request alone    peers       installs the peers that are npm packages

  --peers LIST         which servers, in order; the first is the base of the ratios.
                       webserv:DRIVER forces a driver, webserv-quiet has no access log, webserv-uncached no cache;
                       webserv-fields adds ten fields to each answer, webserv-ruled also has allow and try_files;
                       before, before:DRIVER, before-uncached are another build; nginx-uncached has no open_file_cache
  --connections LIST   connections at once (lab and compare take several)
  --seconds N          length of one measured run
  --warmup N           seconds of load before the first measured run (2)
  --rounds N           measured runs of each server, in alternating order (5); the lab makes more of short ones
  --site NAME          what is asked for: page, one file (the default); many, 40,000 files of 2 to 8 KiB at random, which
                       are three times the cache; few, 4,000 of them, which fit; deep, one file below ten folders; folders, a page
                       in each of 50; tiny, small, middling, many files of 100 bytes, 1 and 5 KiB
  --size BYTES         size of a file that stands alone, with k or m (1k)
  --webserv COMMAND    how to start webserv ("node apps/webserv/dist/main.js")
  --before COMMAND     how to start the build of the peers called before
  --server-core N      CPU of the servers (0), none to leave them unpinned
  --client-core N      CPU of the load (1)
  --keep-alive         siege keeps its connections
  --quick              the lab: a few minutes instead of an hour
  --only LIST          the lab: of ${SECTIONS.join(', ')}
  --continue           the lab: keeps the parts that its results have, and measures the others
  --minutes N          the lab: begins no other part after N minutes
  --page FILE          the lab: its page (docs/PERFORMANCE.md; with --quick or --only among the results)
  --out FOLDER         where results go (tools/bench/dist/results)
`;

/** The options in `args`, or what is wrong with them. */
export function parseOptions(args: readonly string[]): Options | { readonly error: string } {
  const [pass = '', ...rest] = args;
  if (!Object.hasOwn(DEFAULTS, pass)) return { error: `'${pass}' is no pass` };
  try {
    return read(pass as Pass, rest);
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function read(pass: Pass, args: string[]): Options {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const defaults = DEFAULTS[pass];
  const { values } = parseArgs({
    args,
    options: {
      peers: text(defaults.peers ?? 'webserv'),
      connections: text(defaults.connections ?? '64'),
      seconds: text(defaults.seconds ?? '5'),
      warmup: text('2'),
      rounds: text('5'),
      size: text('1k'),
      site: text('page'),
      webserv: text('node apps/webserv/dist/main.js'),
      before: text(''),
      'server-core': text('0'),
      'client-core': text('1'),
      'keep-alive': { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: text(SECTIONS.join(',')),
      continue: { type: 'boolean', default: false },
      minutes: text('1440'),
      page: { type: 'string' },
      out: text('tools/bench/dist/results'),
    },
  });
  const only = values.only.split(',').map(section);
  // A part of the lab, or a hasty run of it, does not replace the page of the whole.
  const partial = values.quick || (only.length < SECTIONS.length && !values.continue);
  return {
    pass,
    peers: values.peers.split(',').filter((name) => name !== ''),
    connections: values.connections.split(',').map((one) => number('connections', one, 1)),
    seconds: number('seconds', values.seconds, 1),
    warmup: number('warmup', values.warmup, 0),
    rounds: number('rounds', values.rounds, 1),
    size: bytes(values.size),
    site: siteName(values.site),
    webserv: values.webserv.split(/\s+/),
    before: values.before.split(/\s+/).filter((word) => word !== ''),
    serverCore: core(values['server-core']),
    clientCore: core(values['client-core']),
    keepAlive: values['keep-alive'],
    quick: values.quick,
    only,
    continues: values.continue,
    minutes: number('minutes', values.minutes, 1),
    page: values.page ?? (partial ? `${values.out}/PERFORMANCE.md` : 'docs/PERFORMANCE.md'),
    out: values.out,
  };
}

function section(name: string): Section {
  const found = SECTIONS.find((one) => one === name);
  if (found === undefined) throw new Error(`--only ${name}: one of ${SECTIONS.join(', ')} was expected`);
  return found;
}

function siteName(name: string): SiteName {
  const found = SITES.find((one) => one === name);
  if (found === undefined) throw new Error(`--site ${name}: one of ${SITES.join(', ')} was expected`);
  return found;
}

function number(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || value < least) {
    throw new Error(`--${name} ${text}: a whole number from ${least} was expected`);
  }
  return value;
}

function core(text: string): number | null {
  return text === 'none' ? null : number('core', text, 0);
}

function bytes(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)([km]?)$/i.exec(text) ?? [];
  const scale = { '': 1, k: 1024, m: 1024 * 1024 }[unit.toLowerCase()] ?? 1;
  return number('size', digits, 1) * scale;
}
