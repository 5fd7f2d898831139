import type { NamedDriver } from '@webserv/event-loop';
import type { ServeOptions } from '../index.ts';

const LIBRARY = process.env['WEBSERV_KQUEUE_LIBRARY'];

/** Every driver that this system has; on Linux, kqueue is there only through a library that the environment names. */
export const DRIVERS: readonly NamedDriver[] =
  process.platform === 'linux'
    ? ['epoll', 'poll', 'select', ...(LIBRARY === undefined ? [] : (['kqueue'] as const))]
    : ['kqueue', 'poll', 'select'];

/** What `serve` must be told to run on `use`. */
export function driverOptions(use: NamedDriver): ServeOptions {
  return LIBRARY === undefined ? { use } : { use, driverLibrary: LIBRARY };
}
