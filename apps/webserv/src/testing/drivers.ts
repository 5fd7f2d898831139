import { Loop, type NamedDriver } from '@webserv/event-loop';
import type { ServeOptions } from '../index.ts';
import type { Protocol } from './spoken.ts';

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

/** A driver under HTTP/1.1, or another protocol over one of the drivers. */
type Way = NamedDriver | Exclude<Protocol, 'http'>;

const OTHERS: readonly Exclude<Protocol, 'http'>[] = ['https', 'h2', 'h2c'];

/** For specs that are the same on every driver. */
export const PROTOCOLS: readonly Protocol[] = ['http', ...OTHERS];

/**
 * What a spec about what is served runs over. Every driver carries HTTP/1.1. The other protocols run once, each over
 * another driver: what they share with HTTP/1.1 has met all drivers, and the bytes on the wire have specs of their own.
 */
export const WAYS: readonly Way[] = [...DRIVERS, ...OTHERS];

/** The bytes of HTTP/1.1 can be seen: versions, phrases, persistence, chunks. */
export function showsBytes(way: Way | Protocol): boolean {
  return way !== 'h2' && way !== 'h2c';
}

interface Cases {
  (title: string, test: () => Promise<void>): void;
  readonly each: jest.Each;
}

const none: Cases = Object.assign(() => {}, { each: () => () => {} });

/** `it` of what HTTP/1.1 alone has. HTTP/2 has no such test. */
export function itOfBytes(way: Way | Protocol): Cases {
  return showsBytes(way) ? it : none;
}

/** How a server of a test is started: what `serve` takes, and the protocol. */
export interface TestOptions extends ServeOptions {
  readonly protocol?: Protocol;
}

/** The options with which `TestSite.start` runs on `way`. */
export function driverOptions(way: Way): TestOptions {
  const protocol = OTHERS.find((each) => each === way) ?? 'http';
  const beneath = protocol === 'http' ? 0 : OTHERS.indexOf(protocol);
  const use = DRIVERS.find((each) => each === way) ?? DRIVERS[beneath % DRIVERS.length] ?? 'poll';
  return LIBRARY === undefined ? { use, protocol } : { use, driverLibrary: LIBRARY, protocol };
}
