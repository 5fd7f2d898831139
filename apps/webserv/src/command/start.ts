import type { Config } from '@webserv/config';
import { keepPrivate } from '@webserv/event-loop';
import { type Operated, workersOf } from '@webserv/hosting';
import { runsScripts } from '@webserv/methods';
import { type StartOptions, serveByWorkers, Webserv } from '../server/webserv.ts';
import { driverOf } from './driver.ts';
import type { Signals } from './signals.ts';

/** Starts a server that ends by signals. @throws StartError if it cannot start */
export function start(config: Config, signals: Signals): Webserv {
  const running = new Webserv(config, { ...optionsOf(signals), reloaded: keepPrivateFor });
  keepPrivateFor(config);
  signals.attach(running);
  return running;
}

/** The same in as many processes as the config says. @param done called when it serves */
export function startAll(config: Config, signals: Signals, done: (running: Operated) => void): void {
  if (workersOf(config) === 1) {
    done(start(config, signals));
    return;
  }
  void serveByWorkers(config, optionsOf(signals)).then(
    (parent) => {
      signals.attach(parent);
      done(parent);
    },
    (error: Error) => {
      process.stderr.write(`${error.message.trimEnd()}\n`);
      process.exit(1);
    },
  );
}

function optionsOf({ supervisor: { sockets }, heritage }: Signals): StartOptions {
  return { ...driverOf(process.env), sockets, heritage };
}

/** Otherwise scripts of the same account could read through /proc what this process holds. */
export function keepPrivateFor({ servers }: Config): void {
  if (servers.some(runsScripts)) keepPrivate();
}
