import { parseArgs } from 'node:util';

/** From this size on a run is about bytes: its cost is given for a GiB, and an answer may take its time. */
export const LARGE = 2 ** 20;

export type Pass = 'compare' | 'syscalls' | 'siege';

/** What one run of the lab shall do. Times are seconds, sizes bytes. */
export interface Options {
  readonly pass: Pass;
  /** Peers in order; the first one that runs is the base of the ratios. */
  readonly peers: readonly string[];
  readonly connections: readonly number[];
  readonly seconds: number;
  readonly warmup: number;
  readonly rounds: number;
  readonly size: number;
  /** The command that starts webserv; `-c FILE` is put behind it. */
  readonly webserv: readonly string[];
  /** CPU of the server and of the load; null leaves it to the kernel. */
  readonly serverCore: number | null;
  readonly clientCore: number | null;
  /** Whether siege keeps its connections; it opens one a request otherwise. */
  readonly keepAlive: boolean;
  /** Where the JSON and the chart go. */
  readonly out: string;
}

interface Defaults {
  readonly peers: string;
  readonly connections: string;
  readonly seconds: string;
}

const DEFAULTS: Readonly<Record<Pass, Defaults>> = {
  compare: {
    peers: 'webserv,nginx,nginx-pread,h2o,lighttpd,bun-memory,bun-file,node-http,sirv',
    connections: '64',
    seconds: '5',
  },
  syscalls: { peers: 'webserv,nginx,h2o,lighttpd,node-http', connections: '64', seconds: '3' },
  siege: { peers: 'webserv', connections: '100', seconds: '60' },
};

export const USAGE = `usage: bench compare|syscalls|siege [options]
  --peers LIST         which servers, in order; the first is the base of the ratios.
                       webserv:DRIVER forces a driver, as in webserv:epoll,webserv:poll
  --connections LIST   connections at once (compare takes several)
  --seconds N          length of one measured run
  --warmup N           seconds of load before the first measured run (2)
  --rounds N           measured runs of each server, in alternating order (5)
  --size BYTES         size of the file, with k or m (1k)
  --webserv COMMAND    how to start webserv ("node apps/webserv/dist/main.js")
  --server-core N      CPU of the servers (0), none to leave them unpinned
  --client-core N      CPU of the load (1)
  --keep-alive         siege keeps its connections
  --out FOLDER         where results go (tools/bench/dist/results)
`;

/** The options in `args`, or what is wrong with them. */
export function parseOptions(args: readonly string[]): Options | { readonly error: string } {
  const [pass = '', ...rest] = args;
  if (!(pass in DEFAULTS)) return { error: `'${pass}' is no pass` };
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
      peers: text(defaults.peers),
      connections: text(defaults.connections),
      seconds: text(defaults.seconds),
      warmup: text('2'),
      rounds: text('5'),
      size: text('1k'),
      webserv: text('node apps/webserv/dist/main.js'),
      'server-core': text('0'),
      'client-core': text('1'),
      'keep-alive': { type: 'boolean', default: false },
      out: text('tools/bench/dist/results'),
    },
  });
  return {
    pass,
    peers: values.peers.split(',').filter((name) => name !== ''),
    connections: values.connections.split(',').map((one) => number('connections', one, 1)),
    seconds: number('seconds', values.seconds, 1),
    warmup: number('warmup', values.warmup, 0),
    rounds: number('rounds', values.rounds, 1),
    size: bytes(values.size),
    webserv: values.webserv.split(/\s+/),
    serverCore: core(values['server-core']),
    clientCore: core(values['client-core']),
    keepAlive: values['keep-alive'],
    out: values.out,
  };
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
