import type { Location, Server } from '@webserv/config';

/** Whether another location of the server matches a request path better than this one, whose prefix the path has. */
export function isShadowed(server: Server, location: Location, path: string): boolean {
  const { length } = location.prefix;
  return server.locations.some(
    ({ prefix }) => prefix.length > length && (path === prefix || path.startsWith(`${prefix}/`)),
  );
}
