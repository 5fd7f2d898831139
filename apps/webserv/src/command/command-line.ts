import { parseArgs } from 'node:util';
import { DRIVER_NAMES, type NamedDriver } from '@webserv/event-loop';
import { StartError } from '../server/start-error.ts';
import type { ServeOptions } from '../server/webserv.ts';

/** What the command line asks for. */
export interface Command {
  readonly action: 'serve' | 'check' | 'effective' | 'help' | 'directives' | 'version';
  /** Config file, relative to the working directory. */
  readonly file: string;
  /** Diagnostics and results as JSON, for editors. */
  readonly json: boolean;
  /** The one directive that `directives` shows; null shows all. */
  readonly directive: string | null;
}

export const USAGE = `usage: webserv [-c FILE] [-t | -T] [--json]

  -c, --config FILE   the configuration (default: webserv.conf in the working directory)
  -t, --test          check the configuration and stop
  -T, --effective     print the effective configuration, each value with where it came from, and stop
      --json          print diagnostics as JSON, for editors
      --directives [NAME]
                      print every directive with its meaning, or one in full
  -v, --version       print the version
  -h, --help          print this

signals: TERM and QUIT stop when the requests under way are answered, within stop_timeout; INT, or TERM once more,
         stops at once; HUP and USR1 reopen the logs; USR2 logs what is held, the lag and the caches
environment: WEBSERV_USE forces a driver (io_uring, epoll, kqueue, poll, select) over the config's "use",
             WEBSERV_KQUEUE_LIBRARY names a library that brings kqueue where the system has none
`;

/** Reads the command line. @returns the command, or what is wrong with the words */
export function readCommandLine(words: readonly string[]): Command | string {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(words);
  } catch (error) {
    return (error as Error).message;
  }
  const { values, positionals } = parsed;
  const stray = positionals[values.directives ? 1 : 0];
  if (stray !== undefined) return `unexpected argument "${stray}"`;
  const action = values.help
    ? 'help'
    : values.version
      ? 'version'
      : values.directives
        ? 'directives'
        : values.effective
          ? 'effective'
          : values.test
            ? 'check'
            : 'serve';
  return { action, file: values.config, json: values.json, directive: positionals[0] ?? null };
}

function parse(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    strict: true,
    allowPositionals: true,
    options: {
      config: { type: 'string', short: 'c', default: 'webserv.conf' },
      test: { type: 'boolean', short: 't', default: false },
      effective: { type: 'boolean', short: 'T', default: false },
      json: { type: 'boolean', default: false },
      directives: { type: 'boolean', default: false },
      version: { type: 'boolean', short: 'v', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}

/**
 * The driver that the environment asks for.
 * @throws StartError where it names none
 */
export function driverOf(env: NodeJS.ProcessEnv): Pick<ServeOptions, 'use' | 'driverLibrary'> {
  const { WEBSERV_USE: use, WEBSERV_KQUEUE_LIBRARY: driverLibrary } = env;
  const names: readonly string[] = ['auto', ...DRIVER_NAMES];
  if (use !== undefined && !names.includes(use)) {
    throw new StartError(`WEBSERV_USE is "${use}": expected ${names.join(', ')}`);
  }
  return {
    ...(use === undefined ? {} : { use: use as NamedDriver }),
    ...(driverLibrary === undefined ? {} : { driverLibrary }),
  };
}
