import type { Config } from '@webserv/config';
import { keepPrivate } from '@webserv/event-loop';
import type { Running } from '@webserv/hosting';
import { runsScripts } from '@webserv/methods';
import { serve } from '../server/serve.ts';
import { driverOf } from './driver.ts';
import type { Signals } from './signals.ts';

/** Starts a server that ends by signals. @throws StartError if it cannot start */
export function start(config: Config, signals: Signals): Running {
  const { sockets } = signals.supervisor;
  const running = serve(config, { ...driverOf(process.env), sockets, reloaded: keepPrivateFor });
  keepPrivateFor(config);
  signals.attach(running);
  return running;
}

/** Otherwise scripts of the same account could read through /proc what this process holds. */
function keepPrivateFor({ servers }: Config): void {
  if (servers.some(runsScripts)) keepPrivate();
}
