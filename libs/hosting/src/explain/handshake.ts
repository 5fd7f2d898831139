import type { Server } from '@webserv/config';
import { nameOf } from './chosen-server.ts';

/** What a handshake comes to. */
interface Handshake {
  /** Why the client gets no connection, or not in the protocol that it asks for; '' if it does. */
  readonly problem: string;
  readonly text: string;
}

/**
 * Says what the handshake of a client without a certificate comes to.
 * @param server the one that the name chooses: it decides what is shown and offered
 * @param serverName as the client names it (SNI, RFC 6066 section 3); '' if it names none
 */
export function handshakeWith(server: Server, serverName: string, http2: boolean): Handshake {
  const { clients, http2: offered } = server.tls;
  const name = nameOf(server);
  const why = serverName === '' ? 'the client names no server' : `the client names ${serverName}`;
  const asks = clients === null ? '' : '; a certificate of the client is asked for, and it shows none';
  const text = `${why}, so it is shown the certificate of ${name}${asks}`;
  if (clients?.required === true)
    return { problem: `the handshake fails: ${name} lets no client in without a certificate`, text };
  if (http2 && !offered) return { problem: `${name} offers no HTTP/2: it has "http2 off;"`, text };
  return { problem: '', text };
}
