import type { Location, Server } from '@webserv/config';

/** Whether another location of the server is nearer to a request path that begins with this one's prefix. */
export function isShadowed(server: Server, location: Location, path: string): boolean {
  const { length } = location.prefix;
  return server.locations.some(
    ({ prefix }) => prefix.length > length && (path === prefix || path.startsWith(`${prefix}/`)),
  );
}
