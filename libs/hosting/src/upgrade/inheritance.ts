import type { Address } from '@webserv/config';
import { addressText, type GivenSocket, type SocketFiles } from '@webserv/connection';
import type { Loop } from '@webserv/event-loop';
import type { InheritedSockets } from './will.ts';

/** Returns what another process may take over of an address. @param fds its listening sockets, which stay open here */
export function leftOf(
  { listen }: Pick<Address, 'listen'>,
  fds: readonly number[],
  files: SocketFiles,
): InheritedSockets {
  const path = listen.family === 'unix' && files.owns(listen.path) ? listen.path : null;
  return { address: addressText(listen), path, fds };
}

/**
 * The listening sockets that the process before this one has handed over. Until this process is the server, the files of unix
 * sockets are the other one's, and those stay open that no `listen` names.
 */
export class Inheritance {
  private readonly all: readonly InheritedSockets[];
  private readonly used = new Set<InheritedSockets>();

  constructor(all: readonly InheritedSockets[] = []) {
    this.all = all;
  }

  /** Returns the sockets of an address, and takes them for used. Null if there are none. */
  take({ listen }: Pick<Address, 'listen'>): InheritedSockets | null {
    const text = addressText(listen);
    const sockets = this.all.find(({ address }) => address === text) ?? null;
    if (sockets !== null) this.used.add(sockets);
    return sockets;
  }

  /** The same of several addresses, for `openListeners`. */
  given(addresses: readonly Pick<Address, 'listen'>[]): GivenSocket[] {
    return addresses.flatMap((address) => {
      const { fds = [], address: text = '' } = this.take(address) ?? {};
      return fds.map((fd) => ({ fd, name: text, address: text }));
    });
  }

  /** This process is the server now. */
  follow(files: SocketFiles, loop: Loop): void {
    for (const sockets of this.all) {
      const { path, fds } = sockets;
      if (path !== null) files.adopt(path);
      if (this.used.has(sockets)) continue;
      if (path !== null) files.remove(path);
      for (const fd of fds) loop.discard(fd);
    }
  }
}
