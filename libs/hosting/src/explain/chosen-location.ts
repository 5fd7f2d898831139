import { type Location, LocationMatcher, pathWords, type Server } from '@webserv/config';

/** How many other locations are named. */
const MOST = 5;

/** Says by what rule a location holds a path. */
export function whyLocation({ path }: Location): string {
  switch (path.kind) {
    case 'exact':
      return 'it is exactly this path';
    case 'pattern':
      return `the path fits the pattern ${path.text}`;
    default:
      return path.text === '/' ? 'no other location holds the path' : 'the longest prefix of the path';
  }
}

/** The other locations that hold a path, in the order in which they would answer. */
export function alsoHolding(server: Server, found: Location, path: string): readonly Location[] {
  const others: Location[] = [];
  let left = server.locations.filter((each) => each !== found);
  while (left.some(isRoot) && others.length < MOST) {
    const next = new LocationMatcher({ ...server, locations: left }).locate(path);
    others.push(next);
    left = left.filter((each) => each !== next);
  }
  return others;
}

/** Locations that a reader may take for the right ones: they differ in case, in a slash, or in where a name ends. */
export function lookingLike(server: Server, holding: readonly Location[], path: string): readonly string[] {
  const low = path.toLowerCase();
  const near = server.locations.filter(({ path: { kind, text } }) => {
    if (kind === 'pattern' || text === '/') return false;
    const bare = text.toLowerCase().replace(/\/$/, '');
    return low.startsWith(bare) || (bare.startsWith(low) && low !== '/');
  });
  return near
    .filter((each) => !holding.includes(each))
    .slice(0, MOST)
    .map((each) => `${nameOfLocation(each)}: ${whyNot(each, path)}`);
}

export function nameOfLocation({ path }: Location): string {
  return pathWords(path).join(' ');
}

function isRoot({ path }: Location): boolean {
  return path.kind === 'prefix' && path.text === '/';
}

function whyNot({ path: { kind, text } }: Location, path: string): string {
  if (kind === 'exact') return 'it is for that path alone';
  if (!path.startsWith(text) && path.toLowerCase().startsWith(text.toLowerCase()))
    return 'upper and lower case differ';
  return path.startsWith(text) ? 'a prefix ends where a segment ends' : 'it is longer than the path';
}
