import { Loop, type NamedDriver } from '@webserv/event-loop';
import type { ServeOptions } from '../index.ts';

const LIBRARY = process.env['WEBSERV_KQUEUE_LIBRARY'];

/** A kernel may lack io_uring, or forbid it to a container: its own spec in event-loop says why. */
function hasUring(): boolean {
  try {
    Loop.open({ use: { name: 'io_uring' }, hosted: false }).dispose();
    return true;
  } catch {
    return false;
  }
}

/** Every driver that this system has; on Linux, kqueue is there only through a library that the environment names. */
export const DRIVERS: readonly NamedDriver[] =
  process.platform === 'linux'
    ? [
        ...(hasUring() ? (['io_uring'] as const) : []),
        'epoll',
        'poll',
        'select',
        ...(LIBRARY === undefined ? [] : (['kqueue'] as const)),
      ]
    : ['kqueue', 'poll', 'select'];

/** The options with which `serve` runs on `use`. */
export function driverOptions(use: NamedDriver): ServeOptions {
  return LIBRARY === undefined ? { use } : { use, driverLibrary: LIBRARY };
}
