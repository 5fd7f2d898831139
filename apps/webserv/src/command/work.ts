import { Worker } from '@webserv/hosting';
import { serve } from '../server/serve.ts';
import { driverOf } from './driver.ts';
import { keepPrivateFor } from './start.ts';

/** What a worker does. Its parent says everything on the standard input. */
export function work(): void {
  new Worker(process.stdin, (config, sockets, recorded) => {
    const running = serve(config, { ...driverOf(process.env), sockets, recorded });
    keepPrivateFor(config);
    return running;
  });
}
