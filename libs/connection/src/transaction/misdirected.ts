import type { Secure } from '@webserv/methods';
import type { Edition } from '../edition.ts';
import type { Site } from '../site.ts';

/**
 * Whether a connection may not serve this site: its handshake has named another server, which asks for other certificates of
 * clients. Otherwise a client could choose the rules of one server and read the pages of another.
 */
export function isMisdirected({ server }: Site, edition: Edition, { serverName }: Secure): boolean {
  const asked = edition.siteOf(serverName).server;
  if (asked === server) return false;
  const here = server.tls.clients;
  const there = asked.tls.clients;
  return here?.authorities !== there?.authorities || here?.required !== there?.required;
}
