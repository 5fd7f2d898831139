import { lstatSync, unlinkSync } from 'node:fs';
import { addressesOf, type Config, type Address as ConfigAddress, type Listen } from '@webserv/config';
import { type Address, ERRNO, errnoMessage, errnoName, type Loop } from '@webserv/event-loop';
import { StartError } from './start-error.ts';

/** Connections that the kernel holds for us while we do not accept; it cuts this to its own limit (somaxconn). */
const BACKLOG = 4096;

export interface Listener {
  readonly address: ConfigAddress;
  readonly fd: number;
}

/**
 * Opens every listening socket of a config, or none.
 * @throws StartError naming each address that cannot be had, where it was written, and what may help
 */
export function openListeners(loop: Loop, config: Config): Listener[] {
  const listeners: Listener[] = [];
  const problems: string[] = [];
  for (const address of addressesOf(config)) {
    removeStaleSocket(address.listen);
    const fd = loop.driver.listen(socketAddress(address.listen), BACKLOG);
    if (fd >= 0) listeners.push({ address, fd });
    else problems.push(problemOf(address, fd));
  }
  if (problems.length === 0) return listeners;
  for (const { fd } of listeners) loop.discard(fd);
  throw new StartError(problems.join('\n'));
}

function socketAddress(listen: Listen): Address {
  return listen.family === 'unix'
    ? { family: 'unix', path: listen.path }
    : { family: listen.family, host: listen.host, port: listen.port };
}

/** A socket file outlives its server and would keep the next one from binding. Anything else there is left alone. */
function removeStaleSocket(listen: Listen): void {
  if (listen.family !== 'unix') return;
  if (lstatSync(listen.path, { throwIfNoEntry: false })?.isSocket() === true) unlinkSync(listen.path);
}

function problemOf(address: ConfigAddress, error: number): string {
  const { at } = address.servers[0] as ConfigAddress['servers'][number];
  const place = `${at.file}:${at.line}:${at.column}`;
  return `${place}: error: cannot listen on ${address.listen.text}: ${errnoName(error)}, ${errnoMessage(error)}${mend(error)}`;
}

function mend(error: number): string {
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
