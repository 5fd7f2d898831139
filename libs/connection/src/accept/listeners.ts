import type { Address as ConfigAddress, Listen } from '@webserv/config';
import {
  type Address,
  BALANCES,
  ERRNO,
  errnoMessage,
  errnoName,
  formatAddress,
  type Loop,
} from '@webserv/event-loop';
import { type GivenSocket, GivenSockets } from './given-sockets.ts';
import type { SocketFiles } from './socket-files.ts';

/** Connections that the kernel holds for us while we do not accept; it cuts this to its own limit (somaxconn). */
const BACKLOG = 4096;

interface Listener {
  readonly address: ConfigAddress;
  readonly fd: number;
  /** Further sockets at the same address: the kernel shares its connections out among all of them. */
  readonly more: readonly number[];
}

/**
 * Opens every listening socket, or none.
 * @param files takes in the files of unix sockets
 * @param given sockets that are open already; each must be the one of an address
 * @param places sockets for each address, where the kernel shares connections out; elsewhere there is one
 * @returns the listeners; or, for each address that is not available, a line for the operator that says where it is
 *   written, why it is not available, and what may help
 */
export function openListeners(
  loop: Loop,
  addresses: readonly ConfigAddress[],
  files: SocketFiles,
  given: readonly GivenSocket[] = [],
  places = 1,
): { readonly listeners: readonly Listener[]; readonly problems: readonly string[] } {
  const listeners: Listener[] = [];
  const problems: string[] = [];
  const sockets = new GivenSockets(given, BACKLOG);
  for (const address of addresses) {
    const taken = sockets.take(addressText(address.listen));
    const fds = taken >= 0 ? [taken] : openPlaces(loop, address.listen, files, places);
    const [fd = -1, ...more] = typeof fds === 'string' ? [] : fds;
    if (typeof fds !== 'string') listeners.push({ address, fd, more });
    else problems.push(`${placeOf(address)}: error: cannot listen on ${address.listen.text}: ${fds}`);
  }
  problems.push(...sockets.problems());
  if (problems.length === 0) return { listeners, problems };
  for (const { address, fd, more } of listeners) {
    if (address.listen.family === 'unix') files.remove(address.listen.path);
    for (const each of [fd, ...more]) loop.discard(each);
  }
  return { listeners: [], problems };
}

/** The address of a `listen`, by which a given socket is found. */
export function addressText(listen: Listen): string {
  return formatAddress(socketAddress(listen));
}

/**
 * Opens the sockets of an address. The first one finds out whether another server listens there, and makes room for sockets
 * that share the address: they would share it with that server as well.
 * @returns the descriptors, or why there are none
 */
function openPlaces(
  loop: Loop,
  listen: Listen,
  files: SocketFiles,
  places: number,
): readonly number[] | string {
  const first = open(loop, listen, files);
  if (typeof first === 'string') return first;
  if (places <= 1 || !BALANCES || listen.family === 'unix') return [first];
  const address = loop.driver.addressOf(first);
  loop.discard(first);
  return morePlaces(loop, address, places);
}

/** Opens further sockets at an address that has shared ones. @returns why there are none, if so */
export function morePlaces(loop: Loop, address: Address, places: number): readonly number[] | string {
  const fds: number[] = [];
  while (fds.length < places) {
    const fd = loop.driver.listen(address, BACKLOG, true);
    if (fd < 0) {
      for (const each of fds) loop.discard(each);
      return `${errnoName(fd)}, ${errnoMessage(fd)}${hintFor(fd)}`;
    }
    fds.push(fd);
  }
  return fds;
}

/** @returns the descriptor, or why there is none */
function open(loop: Loop, listen: Listen, files: SocketFiles): number | string {
  const bind = (): number => loop.driver.listen(socketAddress(listen), BACKLOG);
  let result: number | string;
  try {
    result = listen.family === 'unix' ? files.listen(listen.path, bind) : bind();
  } catch (error) {
    return (error as Error).message;
  }
  if (typeof result === 'string' || result >= 0) return result;
  return `${errnoName(result)}, ${errnoMessage(result)}${hintFor(result)}`;
}

function socketAddress(listen: Listen): Address {
  return listen.family === 'unix'
    ? { family: 'unix', path: listen.path }
    : { family: listen.family, host: listen.host, port: listen.port };
}

/** Where the address is written; the server that has it without a word. */
function placeOf({ listen, servers }: ConfigAddress): string {
  const [server] = servers as [ConfigAddress['servers'][number]];
  const { file, line, column } = server.origins.get(`listen ${listen.key}`)?.at ?? server.at;
  return `${file}:${line}:${column}`;
}

function hintFor(error: number): string {
  switch (-error) {
    case ERRNO.EADDRINUSE:
      return ' (another program listens there: stop it, or choose another port)';
    case ERRNO.EACCES:
      return ' (ports below 1024 need root, or choose a higher one)';
    case ERRNO.EADDRNOTAVAIL:
      return ' (no interface of this machine has that address)';
    default:
      return '';
  }
}
