import { HostMatcher, type Location, LocationMatcher, type Server } from '@webserv/config';
import { claim, same, type Target } from '../target.ts';

/** What the configuration accepts as a name. */
const NAME = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;

/** Host to server, path to location: names of one server a line, an empty line, prefixes, then `host path` pairs. */
export const matching: Target = {
  name: 'matching',
  seeds: [
    'a.b c\n*.b\n*.x.b _\n\n/\n/a\n/a/b\n/ab\n\na.b /a/b/c\nq.x.b /abc\n',
    '_\n\n/\n\nany /\n',
    'A.B\n*.a.b\n\n/x\n/x/y\n/x-y\n/x.y\n\na.b. /x/y/z\nz.a.b /x-y\n.a.b /x/\n',
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
    '\xe9',
  ],
  run(input) {
    const [first = '', second = '', third = ''] = input.toString('latin1').split('\n\n');
    const servers = first
      .split('\n')
      .map((line) => ({ names: line.split(' ').filter((name) => NAME.test(name)) }));
    const written = ['/', ...second.split('\n').filter((line) => /^\/.*[^/]$/.test(line))];
    const locations = [...new Set(written)].map((prefix) => ({ prefix }));
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
      same(place.prefix, prefixOf(locations, path), 'another location');
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

function prefixOf(locations: readonly { prefix: string }[], path: string): string {
  const fits = locations.filter(
    ({ prefix }) => prefix === '/' || path === prefix || path.startsWith(`${prefix}/`),
  );
  return fits.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.prefix ?? '/';
}
