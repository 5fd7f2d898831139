import type { Address as ConfigAddress, Listen } from '@webserv/config';
import { type Address, ERRNO, errnoMessage, errnoName, formatAddress, type Loop } from '@webserv/event-loop';
import { type GivenSocket, GivenSockets } from './given-sockets.ts';
import type { SocketFiles } from './socket-files.ts';

/** Connections that the kernel holds for us while we do not accept; it cuts this to its own limit (somaxconn). */
const BACKLOG = 4096;

interface Listener {
  readonly address: ConfigAddress;
  readonly fd: number;
}

/**
 * Opens every listening socket, or none.
 * @param files takes in the files of unix sockets
 * @param given sockets that are open already; each must be the one of an address
 * @returns the listeners; or, for each address that is not available, a line for the operator that says where it is
 *   written, why it is not available, and what may help
 */
export function openListeners(
  loop: Loop,
  addresses: readonly ConfigAddress[],
  files: SocketFiles,
  given: readonly GivenSocket[] = [],
): { readonly listeners: readonly Listener[]; readonly problems: readonly string[] } {
  const listeners: Listener[] = [];
  const problems: string[] = [];
  const sockets = new GivenSockets(given, BACKLOG);
  for (const address of addresses) {
    const taken = sockets.take(formatAddress(socketAddress(address.listen)));
    const opened = taken >= 0 ? taken : open(loop, address.listen, files);
    if (typeof opened === 'number') listeners.push({ address, fd: opened });
    else problems.push(`${placeOf(address)}: error: cannot listen on ${address.listen.text}: ${opened}`);
  }
  problems.push(...sockets.problems());
  if (problems.length === 0) return { listeners, problems };
  for (const { address, fd } of listeners) {
    if (address.listen.family === 'unix') files.remove(address.listen.path);
    loop.discard(fd);
  }
  return { listeners: [], problems };
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
