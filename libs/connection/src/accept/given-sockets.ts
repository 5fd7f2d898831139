import { adoptListener, boundAddress, errnoMessage, errnoName, formatAddress } from '@webserv/event-loop';

/** A descriptor that another program has opened for this process, and what that program calls it. */
export interface GivenSocket {
  readonly fd: number;
  readonly name: string;
  /** The address as the config writes it. Without it the socket says it: it knows no port 0. */
  readonly address?: string;
}

/**
 * The listening sockets that a supervisor has opened before the server started. A `listen` with the address of one of them
 * takes it and binds nothing, so the config is the same with and without a supervisor.
 */
export class GivenSockets {
  /** By address, as `formatAddress` writes it. */
  private readonly left = new Map<string, GivenSocket>();
  private readonly wrong: string[] = [];

  constructor(given: readonly GivenSocket[], backlog: number) {
    for (const socket of given) {
      const error = adoptListener(socket.fd, backlog);
      if (error < 0) {
        const why = `${errnoName(error)}, ${errnoMessage(error)}`;
        this.wrong.push(`the descriptor "${socket.name}" that was passed on is no listening socket: ${why}`);
      } else this.left.set(socket.address ?? formatAddress(boundAddress(socket.fd)), socket);
    }
  }

  /** Takes the socket of an address. @returns its descriptor; -1 if none was given */
  take(address: string): number {
    const socket = this.left.get(address);
    if (socket === undefined) return -1;
    this.left.delete(address);
    return socket.fd;
  }

  /** Returns a line for each socket that is of no use: its clients would wait for ever. */
  problems(): string[] {
    const unused = [...this.left].map(([address, { name }]) => {
      return `the socket "${name}" that was passed on is ${address}, and no listen names that address: add "listen ${address};"`;
    });
    return [...this.wrong, ...unused];
  }
}
