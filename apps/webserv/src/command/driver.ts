import { DRIVER_NAMES, type NamedDriver } from '@webserv/event-loop';
import { StartError } from '@webserv/hosting';
import type { ServeOptions } from '../server/webserv.ts';

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
