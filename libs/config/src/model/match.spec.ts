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

describe('exact paths and patterns', () => {
  const texts = [
    '/',
    '/img',
    '/a/b',
    '= /img',
    '= /a/',
    '*.php',
    '*.tar.gz',
    '*.gz',
    '/img/*.png',
    '/img/*',
    '/u/*/files',
    '/u/x/*',
    'a*b',
    '/x*y/z',
  ];
  const locations = new LocationMatcher(
    config(`server { ${texts.map((text) => `location ${text} { redirection /x; }`).join(' ')} }`).servers[0]!,
  );

  it.each([
    ['/', '/'],
    ['/img', '= /img'],
    ['/img/', '/img'],
    ['/img/a.png', '/img/*.png'],
    ['/img/.png', '/img/*'],
    ['/img/a.gif', '/img/*'],
    ['/img/a/b.png', '/img'],
    ['/img/a.php', '/img/*'],
    ['/img/a/b.php', '*.php'],
    ['/index.php', '*.php'],
    ['/.php', '/'],
    ['/index.php/', '/'],
    ['/index.php/x', '/'],
    ['/a/', '= /a/'],
    ['/a', '/'],
    ['/a/b/c.tar.gz', '*.tar.gz'],
    ['/a/b/c.gz', '*.gz'],
    ['/a/b/c', '/a/b'],
    ['/u/1/files', '/u/*/files'],
    ['/u/x/files', '/u/x/*'],
    ['/u/x/', '/'],
    ['/u/1/files/2', '/'],
    ['/a1b', 'a*b'],
    ['/ab', '/'],
    ['/xqy/z', '/x*y/z'],
    ['/xy/z', '/'],
  ])('%j is in %j', (path, text) => {
    const { kind, text: found } = locations.locate(path).path;
    expect(kind === 'exact' ? `= ${found}` : found).toBe(text);
  });

  it.each([
    ['/img', '/img'],
    ['= /img', '/'],
    ['= /a/', '/a'],
    ['= /a/b', '/a'],
    ['*.php', '/'],
    ['/img/*.png', '/img'],
    ['/u/*/files', '/u'],
    ['/u/x*', '/u'],
  ])('the root of %s stands for %s', (text, prefix) => {
    const { locations: all } = config(
      `server { location / { redirection /x; } location ${text} { redirection /x; } }`,
    ).servers[0]!;
    expect(all[1]!.prefix).toBe(prefix);
  });

  it('takes no longer for many patterns than for few', () => {
    const lines = Array.from(
      { length: 2000 },
      (_, index) => `location *.e${index} { redirection /x; } location /p${index}/*.x { redirection /x; }`,
    );
    const many = new LocationMatcher(
      config(`server { location / { redirection /x; } ${lines.join('\n')} }`).servers[0]!,
    );
    expect(many.locate('/q/a.e1999').path.text).toBe('*.e1999');
    expect(many.locate('/p1999/a.x').path.text).toBe('/p1999/*.x');
    const started = process.cpuUsage();
    for (let turn = 0; turn < 20_000; turn++) many.locate('/p7/b/a.y');
    // A look at each of 4,000 patterns would take seconds.
    expect(process.cpuUsage(started).user).toBeLessThan(500_000);
  });

  it('agrees with trying each one', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '*b', 'a*b', 'x');
    const pattern = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
    const name = fc.constantFrom('a', 'b', 'ab', 'aab', 'x', 'xb', '');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
    const matches = (text: string, each: string): boolean => {
      if (!text.includes('*')) return text === '/' || each === text || each.startsWith(`${text}/`);
      return new RegExp(`^${text.replaceAll('*', '[^/]+')}$`).test(each);
    };
    fc.assert(
      fc.property(
        fc.uniqueArray(pattern, { maxLength: 8 }),
        fc.array(path, { maxLength: 12 }),
        (patterns, paths) => {
          const server = serverWith(['/', ...patterns]);
          const matcher = new LocationMatcher(server);
          for (const each of paths) {
            const fitting = server.locations.filter((one) => matches(one.path.text, each));
            fitting.sort((one, other) => other.path.rank - one.path.rank || one.id - other.id);
            expect(matcher.locate(each).path.text).toBe(fitting[0]?.path.text);
          }
        },
      ),
    );
  });
});
