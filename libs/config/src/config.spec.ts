// What a config means: the rules of inheritance and defaults, value by value.

import { report } from './diagnostics/report.ts';
import { memoryDisk } from './disk/memory-disk.ts';
import { loadText } from './load.ts';
import type { Location, Server } from './model/types.ts';

const DISK = memoryDisk({
  '/srv/a/index.html': '',
  '/srv/a/own.html': '',
  '/srv/b/': {},
  '/srv/a/run.sh': { mode: 'rx' },
  '/usr/bin/python3': { mode: 'rx' },
});

function server(body: string): Server {
  const result = loadText(`server { ${body} }`, '/srv/a.conf', DISK);
  if (!result.ok) throw new Error(report(result.diagnostics));
  return result.config.servers[0]!;
}

function location(inServer: string, inLocation: string): Location {
  return server(`${inServer} location / { ${inLocation} }`).locations[0]!;
}

describe('defaults', () => {
  it('are those of the table', () => {
    const { base, locations, ...own } = server('root a; location / { }');
    expect(own).toMatchObject({
      id: 0,
      listens: [
        {
          family: 'ipv4',
          host: '0.0.0.0',
          port: 80,
          path: '',
          tls: false,
          h2c: false,
          proxyProtocol: false,
          text: '80',
          key: '0.0.0.0:80',
        },
      ],
      names: [],
      maxConnect: 10_000,
      maxHeader: 16_384,
      maxHeaders: 100,
      maxUri: 8192,
      maxConnectPerAddress: 'auto',
      maxPipeline: 1000,
      keepaliveRequests: 1000,
      maxCgi: 32,
      cgiQueue: 256,
      maxUploads: 256,
      maxSharePerAddress: 75,
      tempDisk: 17_179_869_184,
      maxListings: 64,
      memoryLimit: 50_331_648,
      cacheSize: 67_108_864,
      cacheEntry: 1_048_576,
      accessLog: { path: '/dev/stdout', format: 'combined', bufferBytes: 65_536, flushMs: 1000 },
      errorLog: { path: '/dev/stderr', format: 'text', level: 'notice', bufferBytes: 4096, flushMs: 100 },
      timeouts: { header: 60_000, body: 60_000, send: 60_000, keepAlive: 75_000, cgi: 60_000 },
    });
    expect(locations[0]).toMatchObject({
      root: '/srv/a',
      defaultFiles: ['index.html'],
      autoIndex: 'off',
      listing: { readme: true, theme: '', archive: [] },
      uploadPath: null,
      bodySize: 1_048_576,
      minRate: 256,
      cgiSpool: 67_108_864,
      runs: 20,
      methods: new Set(['GET']),
      redirection: null,
      rewrites: [],
      application: null,
      cgi: [],
    });
    expect(base.methods).toEqual(new Set(['GET']));
  });
});

describe('inheritance', () => {
  it.each([
    ['root a;', '', { root: '/srv/a' }],
    ['root a;', 'root b;', { root: '/srv/b' }],
    [
      'root a; method GET POST; upload_path b;',
      '',
      { methods: new Set(['GET', 'POST']), uploadPath: '/srv/b' },
    ],
    ['root a; method GET POST; upload_path b;', 'method DELETE;', { methods: new Set(['DELETE']) }],
    ['root a; body_size 2k;', '', { bodySize: 2048 }],
    ['root a; body_size 2k;', 'body_size 3;', { bodySize: 3 }],
    ['root a; symlinks on; dotfiles on;', 'dotfiles off;', { symlinks: true, dotfiles: false }],
    [
      'root a; timeout 3;',
      '',
      { timeouts: { header: 3000, body: 3000, send: 3000, keepAlive: 3000, cgi: 3000 } },
    ],
    [
      'root a; timeout 3; send_timeout 4;',
      'body_timeout 500ms;',
      { timeouts: { header: 3000, body: 500, send: 4000, keepAlive: 3000, cgi: 3000 } },
    ],
    [
      'root a; header_timeout 1; send_timeout 4;',
      'timeout 9;',
      { timeouts: { header: 1000, body: 9000, send: 9000, keepAlive: 9000, cgi: 9000 } },
    ],
    [
      'types { a/b x; a/c y; }',
      'root a; types { d/e x; }',
      {
        types: new Map([
          ['x', 'd/e'],
          ['y', 'a/c'],
        ]),
      },
    ],
  ])('%j with %j', (inServer, inLocation, expected) => {
    expect(location(inServer, inLocation)).toMatchObject(expected);
  });
});

describe('auto_index and default_file', () => {
  it.each([
    ['', '', 'index.html', false],
    ['', 'auto_index on;', null, true],
    ['default_file own.html;', '', 'own.html', false],
    ['default_file own.html;', 'auto_index on;', null, true],
    ['default_file own.html;', 'auto_index on; default_file index.html;', 'index.html', false],
    ['auto_index on;', '', null, true],
    ['auto_index on;', 'default_file own.html;', 'own.html', false],
    ['auto_index on;', 'auto_index off;', 'index.html', false],
    ['auto_index on; default_file own.html;', '', null, true],
    ['auto_index on; default_file own.html;', 'auto_index off;', 'own.html', false],
  ])('%j with %j', (inServer, inLocation, file, lists) => {
    const defaultFiles = file === null ? [] : [file];
    const autoIndex = lists ? 'on' : 'off';
    expect(location(`root a; ${inServer}`, inLocation)).toMatchObject({ defaultFiles, autoIndex });
  });
});

describe('redirection', () => {
  it('leaves of its location only itself', () => {
    const found = location('root a; body_size 7;', 'redirection 307 /x; root b; body_size 8; cgi nothing;');
    expect(found).toMatchObject({
      root: '/srv/a',
      bodySize: 7,
      cgi: [],
      redirection: { status: 307, url: '/x' },
    });
  });

  it('needs no root anywhere', () => {
    expect(location('', 'redirection https://example.org/;')).toMatchObject({
      root: '',
      redirection: { status: 301 },
    });
  });
});

describe('cgi', () => {
  it('resolves a script under the root and an interpreter on the search path', () => {
    expect(location('', 'root a; cgi run.sh; cgi .py python3; cgi .sh /srv/a/run.sh;').cgi).toEqual([
      { kind: 'script', name: 'run.sh', path: '/srv/a/run.sh' },
      { kind: 'extension', ext: '.py', interpreter: '/usr/bin/python3', application: null },
      { kind: 'extension', ext: '.sh', interpreter: '/srv/a/run.sh', application: null },
    ]);
  });
});

describe('origins', () => {
  it('tell for each value the level and the place', () => {
    const found = location('root a;\nmethod GET;', 'body_size 1;');
    const levels = ['root', 'method', 'body_size', 'symlinks'].map((name) => found.origins.get(name)?.level);
    expect(levels).toEqual(['server', 'server', 'location', 'default']);
    expect(found.origins.get('root')?.at).toEqual({ file: '/srv/a.conf', line: 1, column: 10, length: 6 });
  });
});

describe('memory_limit', () => {
  it.each([
    ['neither', '', '', 48, 48],
    ['all servers', 'memory_limit 10m;', '', 10, 10],
    ['one server', '', 'memory_limit 10m;', 48, 10],
    ['one server, beyond the default of all', '', 'memory_limit 100m;', 100, 100],
    ['both', 'memory_limit 20m;', 'memory_limit 10m;', 20, 10],
    ['both, the larger one in vain', 'memory_limit 20m;', 'memory_limit 30m;', 20, 30],
  ])('of %s', (_name, inMain, inServer, all, one) => {
    const result = loadText(`${inMain} server { ${inServer} root a; location / { } }`, '/srv/a.conf', DISK);
    if (!result.ok) throw new Error(report(result.diagnostics));
    expect(result.config.memoryLimit).toBe(all * 2 ** 20);
    expect(result.config.servers[0]!.memoryLimit).toBe(one * 2 ** 20);
  });
});
