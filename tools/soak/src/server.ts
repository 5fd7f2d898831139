import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, resolve } from 'node:path';
import { build } from 'esbuild';

const STOP_LIMIT = 20_000;

/** What the server reports about itself, with sizes in bytes. See `Holdings` of the app. */
interface Report {
  readonly heapUsed: number;
  /** The part of the heap that is compiled code and what belongs to it. */
  readonly code: number;
  readonly external: number;
  readonly connections: number;
  readonly slots: number;
  readonly watches: number;
  readonly timers: number;
  readonly scripts: number;
  readonly completions: number;
  /** Milliseconds of the longest round of the loop since the last report. */
  readonly recentLagMs: number;
}

/** A running server. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  /** Of all addresses, in the order of the config. */
  readonly ports: readonly number[];
  readonly driver: string;
  report(): Promise<Report>;
  /** Ends the server. @returns how it ended: `0`, another exit code, or a signal's name */
  stop(): Promise<string>;
}

/** Bundles a process or thread from the sources. @returns the file to run, in `folder` */
export async function buildHost(entry: string, folder: string, name = 'host'): Promise<string> {
  const outfile = resolve(folder, `${name}.cjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    conditions: ['@webserv/source'],
    external: ['koffi'],
    logLevel: 'error',
  });
  return outfile;
}

/**
 * @param options options of Node for the process, beside those that every server has
 * @throws if it does not begin to serve
 */
export async function startServer(
  host: string,
  config: string,
  options: readonly string[] = [],
): Promise<Server> {
  const child = fork(host, [config], {
    execArgv: ['--expose-gc', ...options],
    cwd: dirname(config),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const hello = (await told(child)) as { readonly addresses: readonly string[]; readonly driver: string };
  const ports = hello.addresses.map((address) => Number(address.slice(address.lastIndexOf(':') + 1)));
  return {
    pid: child.pid as number,
    port: ports[0] ?? 0,
    ports,
    driver: hello.driver,
    report: () => ask(child),
    stop: () => stop(child),
  };
}

/** Ignores the error of a process that has ended: its exit follows and is reported. */
function unheard(): void {}

/** Asks one question at a time: answers come in the order of the questions. */
function ask(child: ChildProcess): Promise<Report> {
  const answer = told(child) as Promise<Report>;
  if (child.connected) child.send('sample', unheard);
  return answer;
}

/** Resolves with the next message. @throws if the process ends first */
function told(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      child.off('message', taken).off('exit', gone);
    };
    const taken = (message: unknown): void => {
      settle();
      resolve(message);
    };
    const gone = (): void => {
      settle();
      reject(new Error(`the server has ended: ${how(child)}`));
    };
    child.on('message', taken).on('exit', gone);
    if (child.exitCode !== null || child.signalCode !== null) gone();
  });
}

async function stop(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
    if (child.connected) child.send('stop', unheard);
    await gone;
    clearTimeout(kill);
  }
  return how(child);
}

function how(child: ChildProcess): string {
  return String(child.signalCode ?? child.exitCode);
}
