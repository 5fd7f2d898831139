import { errnoMessage, errnoName } from '../ffi/errno.ts';
import { SYSTEM } from '../ffi/layout.ts';
import type { Driver } from './driver.ts';
import { EpollPoller } from './readiness/epoll.ts';
import { KqueuePoller } from './readiness/kqueue.ts';
import { PollPoller } from './readiness/poll.ts';
import type { Poller } from './readiness/poller.ts';
import { ReadinessDriver } from './readiness/readiness-driver.ts';
import { SelectPoller } from './readiness/select.ts';
import { lacks } from './system/lacks.ts';
import { UringDriver } from './uring/uring-driver.ts';

/** The drivers that a config or the environment may name, best first. */
export const DRIVER_NAMES = ['io_uring', 'epoll', 'kqueue', 'poll', 'select'] as const;
export type NamedDriver = (typeof DRIVER_NAMES)[number];

export interface DriverRequest {
  readonly name: NamedDriver | 'auto';
  /** Shared library that has kqueue, if the system has none (libkqueue). */
  readonly library?: string;
}

/** What was chosen, and what was not. */
export interface Choice {
  readonly driver: Driver;
  /** The better drivers, each with the reason why it was passed over; for the error log. */
  readonly passedOver: readonly string[];
  /** Calls that this system lacks or refuses, each with what takes its place; for the error log. */
  readonly lacks: readonly string[];
}

/** A driver, or why it is not available. */
type Opened = Driver | string;

function opened(poller: Poller | number): Opened {
  return typeof poller === 'number'
    ? `${errnoName(poller)}, ${errnoMessage(poller)}`
    : new ReadinessDriver(poller);
}

function openDriver(name: NamedDriver, request: DriverRequest): Opened {
  switch (name) {
    case 'io_uring':
      return UringDriver.open();
    case 'epoll':
      return SYSTEM === 'linux' ? opened(EpollPoller.open()) : 'Linux only';
    case 'kqueue':
      if (SYSTEM === 'linux' && request.library === undefined) return 'macOS and the BSDs only';
      return opened(KqueuePoller.open(request.library ?? null));
    case 'poll':
      return opened(PollPoller.open());
    case 'select':
      return opened(SelectPoller.open());
  }
}

/**
 * Opens the driver that was asked for; for `auto`, each from the best on until one works.
 * @throws Error with the driver's name and the reason, if the one asked for is not available
 */
export function chooseDriver(request: DriverRequest): Choice {
  const passedOver: string[] = [];
  const names = request.name === 'auto' ? DRIVER_NAMES : [request.name];
  for (const name of names) {
    const driver = openDriver(name, request);
    if (typeof driver !== 'string') return { driver, passedOver, lacks: lacks() };
    passedOver.push(`${name}: ${driver}`);
  }
  throw new Error(
    `this driver is not available: ${passedOver.join('; ')}; "use auto" lets the server choose`,
  );
}
