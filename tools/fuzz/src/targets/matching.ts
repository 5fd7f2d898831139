import { HostMatcher, type Location, LocationMatcher, pathOf, type Server } from '@webserv/config';
import { claim, same, type Target } from '../target.ts';

/** What the configuration accepts as a name. */
const NAME = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;

/** A segment with one star at most, and no blank. */
const SEGMENT = /^[^*/ ]*\*?[^*/ ]*$/;

/**
 * Host to server, path to location: names of one server a line, an empty line, the paths of locations as a config writes them,
 * then `host path` pairs.
 */
export const matching: Target = {
  name: 'matching',
  seeds: [
    'a.b c\n*.b\n*.x.b _\n\n/\n/a\n/a/b\n/ab\n\na.b /a/b/c\nq.x.b /abc\n',
    '_\n\n/\n\nany /\n',
    'A.B\n*.a.b\n\n/x\n/x/y\n/x-y\n/x.y\n\na.b. /x/y/z\nz.a.b /x-y\n.a.b /x/\n',
    '_\n\n/x\n=/x\n/x/*.y\n*.y\n/x/*/z\n\na /x\na /x/a.y\na /a.y\na /x/a/z\n',
  ],
  words: [
    'a',
    'b',
    'A',
    '*.',
    '.',
    '_',
    '/',
    '/a',
    '/a/',
    '/ab',
    '/a-b',
    '/a.b',
    '\n',
    '\n\n',
    ' ',
    'a.b',
    'x.a.b',
    '*',
    '*.y',
    '=/',
    '\xe9',
  ],
  run(input) {
    const [first = '', second = '', third = ''] = input.toString('latin1').split('\n\n');
    const servers = first
      .split('\n')
      .map((line) => ({ names: line.split(' ').filter((name) => NAME.test(name)) }));
    const written = ['/', ...second.split('\n').filter(isPath)];
    const locations = [...new Set(written)].map(locationOf);
    const hosts = new HostMatcher(servers as unknown as readonly Server[]);
    const places = new LocationMatcher({ locations } as unknown as Server);
    for (const line of third.split('\n')) {
      const [host = '', path = '/'] = line.split(' ');
      const server = hosts.server(host) as unknown as (typeof servers)[number];
      same(
        servers.indexOf(server),
        servers.indexOf(serverOf(servers, host) as (typeof servers)[number]),
        'another server',
      );
      if (!path.startsWith('/')) continue;
      const place: Location = places.locate(path);
      claim(place !== undefined, 'no location');
      same(place as unknown, placeOf(locations, path), 'another location');
    }
  },
};

interface Named {
  readonly names: readonly string[];
}

/** The exact name wins, then the longest wildcard, then the first server. Of two equal names the first one written wins. */
function serverOf(servers: readonly Named[], host: string): Named {
  const name = host.toLowerCase().replace(/\.$/, '');
  const said = (wanted: (name: string) => boolean): Named | undefined =>
    servers.find(({ names }) => names.some((each) => wanted(each.toLowerCase())));
  const exact =
    said((each) => !each.startsWith('*.') && each === name) ??
    said((each) => each === host && !each.startsWith('*.'));
  if (exact !== undefined) return exact;
  const wild = servers
    .flatMap(({ names }) => names)
    .map((each) => each.toLowerCase())
    .filter((each) => each.startsWith('*.'));
  const fits = wild.filter((each) => name.length >= each.length && name.endsWith(each.slice(1)));
  const longest = fits.sort((a, b) => b.length - a.length)[0];
  return (longest === undefined ? undefined : said((each) => each === longest)) ?? (servers[0] as Named);
}

/** What the configuration accepts as a location that is not `/`. */
function isPath(line: string): boolean {
  if (line.startsWith('=')) return /^=\/[^* ]*$/.test(line);
  return (
    /^(?:\/|[^/]*\*)/.test(line) && !line.endsWith('/') && line.split('/').every((each) => SEGMENT.test(each))
  );
}

type Place = Pick<Location, 'path' | 'prefix'>;

function locationOf(line: string): Place {
  if (line.startsWith('=')) return { path: pathOf('exact', line.slice(1)), prefix: line.slice(1) };
  return { path: pathOf(line.includes('*') ? 'pattern' : 'prefix', line), prefix: line };
}

/** Tries each: of those that hold the path the one of the highest rank, and of equal ones the first. */
function placeOf(locations: readonly Place[], path: string): Place {
  const fits = locations.filter(({ path: { kind, text } }) => {
    if (kind === 'exact') return path === text;
    if (kind === 'prefix') return text === '/' || path === text || path.startsWith(`${text}/`);
    const of = text.startsWith('/') ? path : path.slice(path.lastIndexOf('/') + 1);
    return fitting(text).test(of);
  });
  return fits.reduce((best, each) => (each.path.rank > best.path.rank ? each : best));
}

function fitting(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]+')}$`, 's');
}
