import fc from 'fast-check';
import { report } from '../diagnostics/report.ts';
import { memoryDisk } from '../disk/memory-disk.ts';
import { loadText } from '../load.ts';
import { addressesOf } from './addresses.ts';
import { HostMatcher } from './host-matcher.ts';
import { LocationMatcher } from './location-matcher.ts';
import type { Config, Server } from './types.ts';

function config(text: string): Config {
  const result = loadText(text, '/a.conf', memoryDisk({ '/srv/': {} }));
  if (!result.ok) throw new Error(report(result.diagnostics));
  return result.config;
}

const LOCATION = 'location / { root /srv; }';

describe('addressesOf', () => {
  it('gathers servers by address, whatever its spelling', () => {
    const { servers } = config(
      `server { listen 80; ${LOCATION} } server { listen *:80; listen [0::1]:81; server_name a; ${LOCATION} }
       server { listen [::1]:81; server_name b; ${LOCATION} }`,
    );
    const found = addressesOf({ servers } as Config);
    expect(found.map(({ listen, servers: of }) => [listen.key, of.map(({ id }) => id)])).toEqual([
      ['0.0.0.0:80', [0, 1]],
      ['[::1]:81', [1, 2]],
    ]);
  });
});

describe('HostMatcher', () => {
  const { servers } = config(`
    server { server_name first; ${LOCATION} }
    server { server_name Example.org *.example.org; ${LOCATION} }
    server { server_name *.b.example.org; ${LOCATION} }
    server { server_name x.b.example.org example.org; ${LOCATION} }`);
  const hosts = new HostMatcher(servers);

  it.each([
    ['first', 0],
    ['', 0],
    ['nobody', 0],
    ['example.org', 1],
    ['EXAMPLE.ORG', 1],
    ['example.org.', 1],
    ['www.example.org', 1],
    ['a.a.example.org', 1],
    ['b.example.org', 1],
    ['a.b.example.org', 2],
    ['a.a.b.Example.org.', 2],
    ['x.b.example.org', 3],
    ['.example.org', 0],
    ['notexample.org', 0],
    ['[::1]', 0],
    ['org', 0],
  ])('%j is server %i', (host, id) => {
    expect(hosts.server(host).id).toBe(id);
  });

  it('is the default for every host where no server has a name', () => {
    const alone = new HostMatcher(config(`server { ${LOCATION} }`).servers);
    expect(alone.server('anything').id).toBe(0);
  });
});

function serverWith(prefixes: readonly string[]): Server {
  const locations = prefixes.map((prefix) => `location "${prefix}" { redirection /x; }`);
  return config(`server { ${locations.join('\n')} }`).servers[0]!;
}

describe('LocationMatcher', () => {
  const locations = new LocationMatcher(
    serverWith(['/', '/introduce', '/a', '/a/b', '/a-b', '/a/b/c', '/안녕']),
  );

  it.each([
    ['/', '/'],
    ['', '/'],
    ['/introduce', '/introduce'],
    ['/introduce/', '/introduce'],
    ['/introduce/x.html', '/introduce'],
    ['/introducex', '/'],
    ['/introduc', '/'],
    ['/a', '/a'],
    ['/a/bc', '/a'],
    ['/a/b', '/a/b'],
    ['/a/b/', '/a/b'],
    ['/a/b/c/d', '/a/b/c'],
    ['/a-b/x', '/a-b'],
    ['/a-c', '/'],
    ['/a.', '/'],
    ['/안녕/x', '/안녕'],
    ['/z', '/'],
  ])('%j is in %j', (path, prefix) => {
    expect(locations.locate(path).prefix).toBe(prefix);
  });

  it('agrees with trying every prefix', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', 'a-', 'a.b', '0');
    const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(
        fc.uniqueArray(path, { maxLength: 12 }),
        fc.array(path, { maxLength: 20 }),
        (prefixes, paths) => {
          const matcher = new LocationMatcher(serverWith(['/', ...prefixes]));
          for (const each of paths) {
            const fitting = prefixes.filter((prefix) => each === prefix || each.startsWith(`${prefix}/`));
            const longest = fitting.reduce((a, b) => (b.length > a.length ? b : a), '/');
            expect(matcher.locate(each).prefix).toBe(longest);
          }
        },
      ),
    );
  });
});
