import type { Options } from '../options.ts';
import { parseOptions } from '../options.ts';
import type { Peer } from '../peer.ts';
import { choosePeers } from './all.ts';

const SETUP = {
  port: 18080,
  root: '/srv/site',
  folder: '/srv/scratch',
  file: 'page.html',
  role: 'files',
} as const;

function choose(list: string): readonly Peer[] {
  const options = parseOptions(['compare', '--peers', list]) as Options;
  return choosePeers(options, '/srv/dist') as readonly Peer[];
}

describe('choosePeers', () => {
  it('keeps the order and knows every peer of the default list', () => {
    const names = (parseOptions(['compare']) as Options).peers;
    expect(choose(names.join(',')).map(({ name }) => name)).toEqual(names);
  });

  it('refuses a name that nobody has', () => {
    const options = parseOptions(['compare', '--peers', 'apache']) as Options;
    expect(choosePeers(options, '')).toEqual({
      error: expect.stringContaining("no peer 'apache'; there are webserv,"),
    });
  });

  it('says what is missing instead of failing', () => {
    const options = parseOptions([
      'compare',
      '--peers',
      'webserv',
      '--webserv',
      'node nowhere/main.js',
    ]) as Options;
    const [peer] = choosePeers(options, '') as readonly Peer[];
    expect(peer!.missing()).toBe('nowhere/main.js is not built');
  });
});

describe('a peer', () => {
  it.each(['webserv', 'nginx', 'lighttpd', 'h2o', 'caddy'])(
    '%s is given the port, the site and a log by its config',
    (name) => {
      const [peer] = choose(name);
      const { command, config } = peer!.launch(SETUP);
      expect(peer!.logs).toBe(true);
      expect(command.at(-1)).toBe(config!.path);
      expect(config!.path.startsWith(SETUP.folder)).toBe(true);
      for (const part of ['18080', '127.0.0.1', SETUP.root, '/srv/scratch/access.log'])
        expect(config!.text).toContain(part);
    },
  );

  it.each(['node-http', 'bun-memory', 'bun-file', 'sirv'])(
    '%s is given the port and the file by its command',
    (name) => {
      const [peer] = choose(name);
      const { command, config } = peer!.launch(SETUP);
      expect(config).toBeUndefined();
      expect(command.slice(-3)).toEqual([`/srv/dist/servers/${name}.js`, '18080', '/srv/site/page.html']);
    },
  );

  it.each([
    ['webserv', ' tls;', '/srv/certificate.pem'],
    ['nginx', ' ssl http2;', '/srv/certificate.pem'],
    ['h2o', '  ssl:', '/srv/certificate.pem'],
    ['caddy', 'https://127.0.0.1:18080', '/srv/certificate.pem'],
  ])('%s speaks TLS where it is given a certificate', (name, ...lines) => {
    const tls = { certificate: '/srv/certificate.pem', key: '/srv/key.pem' };
    const plain = choose(name)[0]!.launch(SETUP).config!.text;
    const { text } = choose(name)[0]!.launch({ ...SETUP, tls }).config!;
    for (const line of [...lines, '/srv/key.pem']) {
      expect(text).toContain(line);
      expect(plain).not.toContain(line);
    }
  });

  it.each(['node-https', 'node-http2', 'bun-memory'])(
    '%s is given the certificate by its command',
    (name) => {
      const tls = { certificate: '/srv/certificate.pem', key: '/srv/key.pem' };
      const { command } = choose(name)[0]!.launch({ ...SETUP, tls });
      expect(command.slice(-3)).toEqual(['/srv/site/page.html', '/srv/certificate.pem', '/srv/key.pem']);
    },
  );

  it('takes a driver behind its name', () => {
    expect(choose('webserv:epoll')[0]!.launch(SETUP).config!.text).toMatch(/^use epoll;/);
    expect(choose('webserv')[0]!.launch(SETUP).config!.text).toMatch(/^use auto;/);
  });

  it.each([
    ['webserv-uncached:epoll', 'cache_size 0;', true],
    ['webserv', 'cache_size', false],
    ['webserv-fields', 'header X-Field-9 ', true],
    ['webserv-fields', 'allow', false],
    ['webserv-ruled', 'header X-Field-9 ', true],
    ['webserv-ruled', 'allow 127.0.0.0/8;', true],
    ['webserv-quiet', 'access_log off;', true],
    ['nginx', 'open_file_cache max=', true],
    ['nginx-uncached', 'open_file_cache off;', true],
    ['nginx-pread-uncached', 'sendfile off;', true],
  ])('%s: %s %p', (name, line, there) => {
    expect(choose(name)[0]!.launch(SETUP).config!.text.includes(line)).toBe(there);
  });

  it('is another build of webserv where it is called before', () => {
    const options = parseOptions([
      'compare',
      '--peers',
      'before:epoll',
      '--before',
      'node other.js',
    ]) as Options;
    const [peer] = choosePeers(options, '') as readonly Peer[];
    expect(peer!.launch(SETUP).command.slice(0, 2)).toEqual(['node', 'other.js']);
    expect(choose('before')[0]!.missing()).toContain('--before');
  });

  it.each(['webserv', 'nginx'])('%s has as many servers and locations as it is asked for', (name) => {
    const setup = { ...SETUP, servers: 3, locations: 2 };
    const text = choose(name)[0]!.launch(setup).config!.text;
    expect([...text.matchAll(/^ *server \{/gm)]).toHaveLength(4);
    expect(text).toContain('server_name host-2.example;');
    expect([...text.matchAll(/location \/\d+\/ /g)]).toHaveLength(2);
  });

  it.each([
    ['webserv:epoll', 'fastcgi unix:/srv/pools/webserv-epoll .php;', true],
    ['nginx', 'server unix:/srv/pools/nginx; }', false],
    ['nginx-kept', 'server unix:/srv/pools/nginx-kept; keepalive 4;', true],
  ])('%s asks a pool of its own', (name, line, keeps) => {
    const { text } = choose(name)[0]!.launch({ ...SETUP, pools: '/srv/pools' }).config!;
    expect(text).toContain(line);
    expect(!name.startsWith('nginx') || text.includes('fastcgi_keep_conn on;') === keeps).toBe(true);
  });

  it('is given the folder or the file by its command, where it is a loop in C', () => {
    expect(choose('floor-files')[0]!.launch(SETUP).command.at(-1)).toBe('/srv/site');
    expect(choose('floor-files-uring')[0]!.launch(SETUP).command.at(-1)).toBe('/srv/site');
    expect(choose('floor-uring')[0]!.launch(SETUP).command.at(-1)).toBe('/srv/site/page.html');
  });
});
