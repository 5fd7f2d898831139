import { Interest, type Loop } from '@webserv/event-loop';
import type { Ends, Secure } from '@webserv/methods';
import type { Guest, Host } from '../accept/guest.ts';
import type { Clock } from '../clock.ts';
import type { Edition } from '../edition.ts';
import { http1 } from '../http1/http1.ts';
import { http2 } from '../http2/http2.ts';
import { isReset } from './http2-exchange.ts';
import { MemoryWire } from './memory-wire.ts';

/** A request that comes by no socket. */
export interface OneRequest {
  readonly protocol: 'http/1.1' | 'h2';
  /** As the protocol writes it: the head, and perhaps a body. */
  readonly bytes: Buffer;
  /** Bytes of zero that follow, in place of a body. */
  readonly zeros: number;
  /** The client's address. */
  readonly remote: string;
  readonly ends: Ends;
  /** Null on a plain connection. */
  readonly secure: Secure | null;
}

/**
 * Serves one request over a connection in memory, as a listening socket of this edition would.
 * @returns the beginning of the response: its head, and what came with it
 */
export function serveOne(loop: Loop, clock: Clock, edition: Edition, request: OneRequest): Promise<Buffer> {
  return new Promise((resolve) => {
    const { protocol, bytes, zeros, remote, ends, secure } = request;
    const speaks = protocol === 'h2' ? http2 : http1;
    const wire = new MemoryWire(loop, ends, bytes, zeros, protocol === 'h2' ? isReset : null);
    const over = (guest: Guest): void => guest.cut('over');
    const host: Host = {
      loop,
      clock,
      wire,
      secure: secure !== null,
      proxied: false,
      edition,
      closing: false,
      // The response is whole.
      becameIdle: over,
      headBegun: () => {},
      becameBusy: () => {},
      admits: () => true,
      refusal: () => null,
      succeed: () => {},
      clientGone: () => resolve(wire.received),
    };
    const client = speaks(host)(-1, remote, wire, secure);
    loop.register(client, Interest.BOTH);
    client.start();
  });
}
