import type { Location, Server } from '@webserv/config';

/** Whether a request path belongs to another location of the server than this one. The path has this one's prefix. */
export function isShadowed(server: Server, location: Location, path: string): boolean {
  return (
    !holds(location, path) ||
    server.locations.some((other) => outranks(other, location) && holds(other, path))
  );
}

function outranks(one: Location, other: Location): boolean {
  return one.path.rank > other.path.rank || (one.path.rank === other.path.rank && one.id < other.id);
}

/** As the matcher of config decides, which finds the location of a request without asking each one. */
function holds({ path: { kind, text } }: Location, path: string): boolean {
  switch (kind) {
    case 'prefix':
      return text === '/' || path === text || path.startsWith(`${text}/`);
    case 'exact':
      return path === text;
    case 'pattern': {
      if (!text.startsWith('/')) return fits(path.slice(path.lastIndexOf('/') + 1), text);
      const names = path.split('/');
      const parts = text.split('/');
      return names.length === parts.length && parts.every((part, index) => fits(names[index] ?? '', part));
    }
  }
}

/** A star stands for one character or more. */
function fits(name: string, part: string): boolean {
  const star = part.indexOf('*');
  if (star < 0) return name === part;
  const end = part.slice(star + 1);
  return name.length >= part.length && name.startsWith(part.slice(0, star)) && name.endsWith(end);
}
