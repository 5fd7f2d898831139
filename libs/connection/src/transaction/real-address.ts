import { formatIp, isWithin, parseIp, type RealIp } from '@webserv/config';
import { forwardedFor, listedAddresses, type RequestHead } from '@webserv/request';

/** How the loop names a client of a unix socket. */
const LOCAL_PEER = 'unix:';

/**
 * Returns the address that a request comes from. If the peer is a proxy that the server trusts, this is the last address
 * in the field that is none of a trusted proxy: each proxy adds the address that it has seen, and what stands before the
 * first one that is not trusted may be invented. An entry that is no address ends the search, at the one behind it.
 * @param peer the address at the far end of the connection
 */
export function realAddress({ networks, field }: RealIp, peer: string, head: RequestHead): string {
  if (!isWithin(networks, peer === LOCAL_PEER ? null : parseIp(peer))) return peer;
  const value = head.headers.get(field);
  if (value === undefined) return peer;
  let nearest = peer;
  for (const node of field === 'forwarded' ? forwardedFor(value) : listedAddresses(value)) {
    const ip = parseIp(node);
    if (ip === null) break;
    nearest = formatIp(ip);
    if (!isWithin(networks, ip)) break;
  }
  return nearest;
}
