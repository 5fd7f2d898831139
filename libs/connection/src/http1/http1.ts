import type { Host, Protocol } from '../accept/guest.ts';
import { ClientUdata } from './client-udata.ts';
import { RoundPool } from './round.ts';

/** Speaks HTTP/1.1 with every connection of a listening socket. */
export const http1: Protocol = (host: Host) => {
  // An address may turn to TLS. The connections of before stay what they are.
  const { secure: encrypted } = host;
  let rounds = new RoundPool(host.loop, host.edition, encrypted);
  // A listening socket may turn to another edition. Requests under way end under their own.
  const current = (): RoundPool => {
    if (rounds.edition !== host.edition) rounds = new RoundPool(host.loop, host.edition, encrypted);
    return rounds;
  };
  return (fd, remote, wire, secure) => new ClientUdata(host, current, fd, remote, wire, secure);
};
