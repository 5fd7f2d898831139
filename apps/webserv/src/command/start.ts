import type { Config } from '@webserv/config';
import { keepPrivate } from '@webserv/event-loop';
import type { Running } from '@webserv/hosting';
import { runsScripts } from '@webserv/methods';
import { serve } from '../server/serve.ts';
import { driverOf } from './driver.ts';
import type { Signals } from './signals.ts';

/** Starts a server that ends by signals. @throws StartError if it cannot start */
export function start(config: Config, signals: Signals): Running {
  const running = serve(config, { ...driverOf(process.env), sockets: signals.supervisor.sockets });
  // Otherwise scripts of the same account could read through /proc what this process holds.
  if (config.servers.some(runsScripts)) keepPrivate();
  signals.attach(running, config.stopTimeout, config.drainDelay);
  return running;
}
