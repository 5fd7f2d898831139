import { parseArgs } from 'node:util';
import { DRIVER_NAMES, type NamedDriver } from '@webserv/event-loop';
import { StartError } from '@webserv/hosting';
import type { ServeOptions } from '../server/webserv.ts';

/** The parsed command line. */
export interface Command {
  readonly action:
    | 'serve'
    | 'check'
    | 'effective'
    | 'help'
    | 'directives'
    | 'version'
    | 'certificate'
    | 'keep';
  /** The config file, relative to the working directory. */
  readonly file: string;
  /** True to print diagnostics as JSON, for editors. */
  readonly json: boolean;
  /** The one directive that `directives` shows; null shows all. */
  readonly directive: string | null;
  /** The hosts of a certificate. */
  readonly names: readonly string[];
}

export const USAGE = `usage: webserv [-c FILE] [-t | -T] [--json]
       webserv certificate self-signed NAME...

  -c, --config FILE   the configuration file
                      (default: webserv.conf in the working directory)
  -t, --test          check the configuration, and stop
  -T, --effective     print the configuration in force, with the place that each
                      value comes from, and stop
      --json          print diagnostics as JSON, for editors
      --directives [NAME]
                      explain every directive, or one
  certificate self-signed NAME...
                      write NAME.pem and NAME.key, a certificate to try HTTPS with
  -v, --version       print the version
  -h, --help          print this help

signals:
  TERM, QUIT          answer the requests under way within stop_timeout, and stop
  INT, a second TERM  stop at once
  HUP, USR1           open the logs again
  USR2                log what the server holds, its lag and its caches

environment:
  WEBSERV_USE         the driver to use, whatever the configuration says:
                      io_uring, epoll, kqueue, poll or select
  WEBSERV_KQUEUE_LIBRARY
                      the library that provides kqueue on a system without it
`;

/** Reads the command line. Returns the command, or what is wrong with the words. */
export function readCommandLine(words: readonly string[]): Command | string {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(words);
  } catch (error) {
    // Node's second sentence is about arguments that begin with a hyphen. There are none.
    return (error as Error).message.split('. ')[0] as string;
  }
  const { values, positionals } = parsed;
  const [first, kind, ...names] = positionals;
  if (first === 'certificate' && kind === 'self-signed' && names.length > 0) {
    return { action: 'certificate', file: '', json: false, directive: null, names };
  }
  // How the server starts the keeper of its certificates. It is for nobody else.
  if (first === 'keep-certificates' && kind === undefined) {
    return { action: 'keep', file: '', json: false, directive: null, names: [] };
  }
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
  return { action, file: values.config, json: values.json, directive: first ?? null, names: [] };
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
 * Returns the driver that the environment asks for.
 * @throws StartError if there is no such driver
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
