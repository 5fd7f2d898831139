import { chmodSync, linkSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { CgiRule, Location } from '@webserv/config';
import { Reply } from '@webserv/response';
import { Fixture, type LocationPatch } from '../testing/fixture.ts';
import type { Script } from './script.ts';

let site: Fixture;
let ran: Script | null;

beforeEach(() => {
  site = new Fixture();
  ran = null;
  site.services = {
    ...site.services,
    script: (_exchange, script) => {
      ran = script;
      return new Reply(200);
    },
  };
});

afterEach(() => {
  site.close();
});

/** A file below the root, which may be run unless said. */
function file(path: string, mode = 0o755): string {
  const full = site.file(`www/${path}`, `source of ${path}`);
  chmodSync(full, mode);
  return full;
}

function listed(name: string): CgiRule {
  return { kind: 'script', name, path: join(site.root, name) };
}

function extension(ext: string, interpreter = ''): CgiRule {
  return { kind: 'extension', ext, interpreter, application: null };
}

function location(prefix: string, cgi: readonly CgiRule[], patch: LocationPatch = {}): void {
  site.location(prefix, { methods: ['GET', 'POST', 'DELETE'], cgi, ...patch });
}

/** What a request comes to: `name|pathInfo|file|interpreter`, or the status, and the content where some is sent. */
async function asked(method: string, target: string, fields = ''): Promise<string | number> {
  ran = null;
  const { status, text } = await site.send(method, target, fields);
  if (ran === null) return status === 200 ? text : status;
  const { name, pathInfo, file: path, interpreter } = ran as Script;
  return `${name}|${pathInfo}|${path.replace(site.root, '')}|${interpreter}`;
}

describe('the script that a path names', () => {
  beforeEach(() => {
    for (const name of [
      'cgi.sh',
      'bin/run.sh',
      'bin/run.sh.d/inner.sh',
      '.hidden.sh',
      'a.x',
      'sub/b.x',
      '.c.x',
      '.webserv-upload-abcdefgh-0.part',
      'folder.sh/file',
      'dir.x/c.x',
      'dir.x/c.txt',
      'a.x.txt',
    ]) {
      file(name);
    }
    file('plain.sh', 0o644);
    site.file('outside.sh');
    symlinkSync(join(site.folder, 'outside.sh'), join(site.root, 'link.sh'));
    symlinkSync(join(site.folder, 'outside.sh'), join(site.root, 'link.x'));
    symlinkSync('cgi.sh', join(site.root, 'inside.sh'));
    const scripts = [
      'cgi.sh',
      'bin/run.sh',
      'bin',
      '.hidden.sh',
      'plain.sh',
      'folder.sh',
      'gone.sh',
      'link.sh',
      'inside.sh',
    ];
    chmodSync(join(site.folder, 'outside.sh'), 0o755);
    location('/', scripts.map(listed));
    location('/app', [
      listed('cgi.sh'),
      { kind: 'script', name: './bin/run.sh', path: join(site.root, 'bin/run.sh') },
    ]);
    location('/open', [listed('.hidden.sh'), listed('link.sh')], { symlinks: true, dotfiles: true });
    location('/ext', [extension('.x', '/bin/sh'), extension('.Y', '/bin/other')]);
    location('/handed', [
      { kind: 'extension', ext: '.x', interpreter: '', application: { text: 'php:9', addresses: [] } },
    ]);
    // Uploads that are not whole are nobody's scripts, whatever is shown.
    location('/parts', [extension('.part', '/bin/sh'), extension('.x', '/bin/sh')], { dotfiles: true });
    location('/both', [listed('plain.sh'), extension('.sh', '/bin/sh')]);
    location('/self', [extension('.sh')]);
    location('/all', [{ kind: 'all' }]);
    location('/mixed', [{ kind: 'all' }, extension('.x', '/bin/sh')]);
  });

  it.each([
    ['/cgi.sh', '/cgi.sh||/cgi.sh|'],
    ['/cgi.sh/', '/cgi.sh|/|/cgi.sh|'],
    ['/cgi.sh/a%20b/../c', '/cgi.sh|/c|/cgi.sh|'],
    ['/cgi.sh/%C3%A4', '/cgi.sh|/ä|/cgi.sh|'],
    ['/%63gi.sh', '/cgi.sh||/cgi.sh|'],
    ['/x/../cgi.sh', '/cgi.sh||/cgi.sh|'],
    ['/cgi.shx', 404],
    ['/cgi', 404],
    ['/CGI.sh', 404],
    ['/', 403],
    ['/other/cgi.sh', 404],
    ['/bin/run.sh/info', '/bin/run.sh|/info|/bin/run.sh|'],
    ['/bin/other', 404],
    ['/folder.sh', 404],
    ['/gone.sh', 404],
    ['/plain.sh', 403],
    ['/cgi.sh/a%0d%0aX:%20b', 404],
    ['/ext/a.x/%7f', 404],
    ['/.hidden.sh', 404],
    ['/cgi.sh/.git/config', '/cgi.sh|/.git/config|/cgi.sh|'],
    ['/link.sh', 404],
    ['/inside.sh', '/inside.sh||/inside.sh|'],
    ['/app/cgi.sh/x', '/app/cgi.sh|/x|/cgi.sh|'],
    ['/app/bin/run.sh', '/app/bin/run.sh||/bin/run.sh|'],
    ['/app', 301],
    ['/app/', 403],
    ['/open/.hidden.sh', '/open/.hidden.sh||/.hidden.sh|'],
    ['/open/link.sh', '/open/link.sh||/link.sh|'],
    ['/ext/a.x', '/ext/a.x||/a.x|/bin/sh'],
    ['/ext/a.X', 404],
    ['/ext/a.x/b.x/c', '/ext/a.x|/b.x/c|/a.x|/bin/sh'],
    ['/ext/sub/b.x/info', '/ext/sub/b.x|/info|/sub/b.x|/bin/sh'],
    ['/ext/missing.x', 404],
    ['/ext/missing.y', 404],
    ['/ext/missing.txt', 404],
    ['/ext/dir.x', 301],
    ['/ext/dir.x/', 403],
    ['/ext/dir.x/c.txt', 'source of dir.x/c.txt'],
    ['/ext/dir.x/c.x/info', '/ext/dir.x/c.x|/info|/dir.x/c.x|/bin/sh'],
    ['/ext/.c.x', 404],
    ['/parts/.c.x', '/parts/.c.x||/.c.x|/bin/sh'],
    ['/parts/.webserv-upload-abcdefgh-0.part', 404],
    ['/ext/link.x', 404],
    ['/ext/a.x.txt', 'source of a.x.txt'],
    ['/handed/a.x', '/handed/a.x||/a.x|'],
    ['/handed/a.x/b.x/c', '/handed/a.x|/b.x/c|/a.x|'],
    ['/handed/sub/b.x/info', '/handed/sub/b.x|/info|/sub/b.x|'],
    ['/handed/dir.x/c.x/info', '/handed/dir.x/c.x|/info|/dir.x/c.x|'],
    ['/handed/missing.x', 404],
    ['/handed/dir.x', 301],
    ['/handed/.c.x', 404],
    ['/handed/link.x', 404],
    ['/both/plain.sh', '/both/plain.sh||/plain.sh|/bin/sh'],
    ['/both/cgi.sh', '/both/cgi.sh||/cgi.sh|/bin/sh'],
    ['/self/cgi.sh', '/self/cgi.sh||/cgi.sh|'],
    ['/self/bin/run.sh/info', '/self/bin/run.sh|/info|/bin/run.sh|'],
    ['/self/plain.sh', 403],
    ['/self/gone.sh', 404],
    ['/self/link.sh', 404],
    ['/all/cgi.sh', '/all/cgi.sh||/cgi.sh|'],
    ['/all/a.x.txt/b/c', '/all/a.x.txt|/b/c|/a.x.txt|'],
    ['/all/bin/run.sh.d/inner.sh/', '/all/bin/run.sh.d/inner.sh|/|/bin/run.sh.d/inner.sh|'],
    ['/all/plain.sh', 403],
    ['/all/plain.sh/x', 403],
    ['/all/gone/x', 404],
    ['/all/.hidden.sh', 404],
    ['/all/link.sh', 404],
    ['/all/bin', 301],
    ['/all/bin/', 403],
    ['/mixed/a.x/i', '/mixed/a.x|/i|/a.x|/bin/sh'],
    ['/mixed/plain.sh', 403],
  ])('%s', async (path, expected) => {
    expect(await asked('GET', path)).toBe(expected);
  });

  it('is refused with the reason', async () => {
    await asked('GET', '/plain.sh');
    expect(site.cause?.place).toBe('script may not be run');
    expect(site.cause?.errno).toBeLessThan(0);
  });
});

describe('a default file that is a script', () => {
  const rules: [string, CgiRule][] = [
    ['by its extension', extension('.php', '/bin/php')],
    ['by its extension, by itself', extension('.php')],
    ['because it is listed', { kind: 'script', name: 'index.php', path: '' }],
    ['because every file is', { kind: 'all' }],
  ];

  it.each(rules)('%s is run and never sent', async (_why, rule) => {
    const path = file('index.php');
    const cgi = rule.kind === 'script' ? { ...rule, path } : rule;
    const interpreter = rule.kind === 'extension' ? rule.interpreter : '';
    location('/', [cgi], { defaultFiles: ['index.php'] });
    location('/app', [cgi], { defaultFiles: ['./index.php'] });
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
      expect(await asked(method, '/')).toBe(`/index.php||/index.php|${interpreter}`);
      expect(await asked(method, '/app/?q=1')).toBe(`/app/index.php||/./index.php|${interpreter}`);
    }
    expect(await asked('GET', '/', 'Range: bytes=0-3\r\nIf-None-Match: *\r\n')).toContain('/index.php|');
  });

  it('is run in each folder, which is asked for with its slash', async () => {
    file('sub/index.php');
    file('empty/other.txt');
    location('/', [extension('.php', '/bin/php')], { defaultFiles: ['index.php'] });
    expect(await asked('GET', '/sub/')).toBe('/sub/index.php||/sub/index.php|/bin/php');
    expect(await asked('POST', '/sub/')).toBe('/sub/index.php||/sub/index.php|/bin/php');
    expect(await asked('GET', '/sub')).toBe(301);
    expect(await asked('POST', '/sub')).toBe(308);
    expect((await site.send('POST', '/sub?a')).header('Location')).toBe('/sub/?a');
    expect(await asked('POST', '/empty')).toBe(403);
    expect(await asked('POST', '/empty/')).toBe(403);
    expect(await asked('GET', '/empty/')).toBe(403);
    expect(await asked('DELETE', '/sub')).toBe(403);
  });

  it('leaves what is no script as it was', async () => {
    site.file('www/index.html', 'page');
    location('/', [extension('.php', '/bin/php')]);
    expect(await asked('GET', '/')).toBe('page');
    expect(await asked('POST', '/')).toBe(403);
    expect(await asked('DELETE', '/')).toBe(403);
    location('/', [extension('.php', '/bin/php')], { uploadPath: site.uploads });
    expect(await asked('POST', '/')).toBe(201);
  });

  it('that may not be run is not sent either', async () => {
    file('index.cgi', 0o644);
    location('/', [extension('.cgi')], { defaultFiles: ['none.cgi', 'index.cgi'] });
    expect(await asked('GET', '/')).toBe(403);
    expect(await asked('POST', '/')).toBe(403);
  });
});

describe('another name for a script', () => {
  beforeEach(() => {
    file('a.php');
    file('man');
    file('text.txt');
    symlinkSync('a.php', join(site.root, 'link.txt'));
    symlinkSync('man', join(site.root, 'man.txt'));
    symlinkSync('link.txt', join(site.root, 'again.txt'));
    symlinkSync('text.txt', join(site.root, 'text.php'));
    symlinkSync('.', join(site.root, 'here'));
    linkSync(join(site.root, 'man'), join(site.root, 'hard.txt'));
    location('/', [extension('.php', '/bin/php'), listed('man')]);
  });

  it.each([
    ['/link.txt', '/link.txt||/link.txt|/bin/php'],
    ['/again.txt', '/again.txt||/again.txt|/bin/php'],
    ['/here/here/link.txt', '/here/here/link.txt||/here/here/link.txt|/bin/php'],
    ['/man.txt', '/man.txt||/man.txt|'],
    ['/here/man', '/here/man||/here/man|'],
    ['/hard.txt', '/hard.txt||/hard.txt|'],
    ['/text.php', '/text.php||/text.php|/bin/php'],
    ['/link.txt/', 404],
    ['/link.txt/info', 404],
    ['/text.txt', 'source of text.txt'],
  ])('%s', async (target, expected) => {
    expect(await asked('GET', target)).toBe(expected);
    expect(await asked('HEAD', target)).toBe(expected === 'source of text.txt' ? '' : expected);
    if (typeof expected === 'string' && expected.includes('|'))
      expect(await asked('POST', target)).toBe(expected);
  });

  it('is taken away by DELETE, and the script stays', async () => {
    expect(await asked('DELETE', '/link.txt')).toBe(204);
    expect(await asked('GET', '/link.txt')).toBe(404);
    expect(await asked('GET', '/a.php')).toBe('/a.php||/a.php|/bin/php');
  });

  it('that leads out of the root is a script too, where links may', async () => {
    site.file('elsewhere/b.php', 'source');
    symlinkSync(join(site.folder, 'elsewhere/b.php'), join(site.root, 'out.txt'));
    expect(await asked('GET', '/out.txt')).toBe(404);
    location('/', [extension('.php', '/bin/php')], { symlinks: true });
    expect(await asked('GET', '/out.txt')).toBe('/out.txt||/out.txt|/bin/php');
  });
});

describe('what lies beside a script', () => {
  it.each(['gz', 'br', 'zst', 'GZ'])('its source as .%s is not sent', async (coding) => {
    file('a.php');
    file('man');
    file(`a.php.${coding}`);
    file(`man.${coding}`);
    file(`alone.php.${coding}`);
    location('/', [extension('.php', '/bin/php'), listed('man')], { precompressed: ['gzip', 'br', 'zstd'] });
    expect(await asked('GET', `/a.php.${coding}`)).toBe(403);
    expect(await asked('GET', `/man.${coding}`)).toBe(403);
    expect(await asked('GET', `/alone.php.${coding}`)).toBe(`source of alone.php.${coding}`);
  });

  it('is no coded form of it that would be sent in its place', async () => {
    file('index.php');
    file('index.php.gz');
    location('/', [extension('.php', '/bin/php')], { defaultFiles: ['index.php'], precompressed: ['gzip'] });
    for (const target of ['/', '/index.php']) {
      expect(await asked('GET', target, 'Accept-Encoding: gzip\r\n')).toContain('/index.php||');
    }
  });

  it('and is a link to it, is not sent as the coded form of a page', async () => {
    file('a.php');
    site.file('www/page.html', 'page');
    symlinkSync('a.php', join(site.root, 'page.html.gz'));
    location('/', [extension('.php', '/bin/php')], { precompressed: ['gzip'] });
    expect(await asked('GET', '/page.html', 'Accept-Encoding: gzip\r\n')).toBe('page');
  });
});

describe('a file that is a script in another location alone', () => {
  beforeEach(() => {
    file('app/index.php');
    file('app/sub/man');
    file('app/readme.txt');
    site.file('www/page.html', 'page');
    symlinkSync('app/index.php', join(site.root, 'link.txt'));
    symlinkSync('app/index.php', join(site.root, 'page.html.gz'));
    symlinkSync('app/sub', join(site.root, 'pub'));
    symlinkSync('app/readme.txt', join(site.root, 'readme.txt'));
    const cgi = [extension('.php', '/bin/php'), listed('app/sub/man')];
    location('/app', cgi, { root: join(site.root, 'app') });
  });

  it('is not sent through a link into the files of that location', async () => {
    expect(await asked('GET', '/link.txt')).toBe(403);
    expect(await asked('GET', '/pub/man')).toBe(403);
    expect(site.cause?.place).toBe('script of another location');
    expect(await asked('GET', '/readme.txt')).toBe('source of app/readme.txt');
    location('/', [extension('.x', '/bin/sh')], { precompressed: ['gzip'] });
    expect(await asked('GET', '/link.txt')).toBe(403);
    expect(await asked('GET', '/page.html', 'Accept-Encoding: gzip\r\n')).toBe('page');
    expect(await asked('GET', '/page.html.gz')).toBe(403);
  });

  it('nor as the default file of one above it', async () => {
    location('/', [], { defaultFiles: ['app/index.php'] });
    expect(await asked('GET', '/')).toBe(403);
    location('/', [], { defaultFiles: ['app/readme.txt'] });
    expect(await asked('GET', '/')).toBe('source of app/readme.txt');
  });

  it('nor from out of the root', async () => {
    site.location('/out', { root: site.mkdir('out'), symlinks: true });
    symlinkSync(join(site.root, 'app/index.php'), join(site.folder, 'out/link.txt'));
    symlinkSync(join(site.root, 'page.html'), join(site.folder, 'out/page.html'));
    expect(await asked('GET', '/out/link.txt')).toBe(403);
    expect(await asked('GET', '/out/page.html')).toBe('page');
  });

  it('is content where a request can name it, of which the config warns', async () => {
    site.location('/source', {});
    expect(await asked('GET', '/source/app/index.php')).toBe('source of app/index.php');
    expect(await asked('GET', '/source/link.txt')).toBe('source of app/index.php');
  });
});

describe('a script that lies where clients can upload', () => {
  beforeEach(() => {
    site.file('uploads/evil.php', 'evil');
    chmodSync(site.file('uploads/evil.cgi', 'evil'), 0o755);
    file('a.php');
    symlinkSync(join(site.folder, 'uploads/evil.php'), join(site.root, 'link.php'));
    symlinkSync(join(site.folder, 'uploads/evil.php'), join(site.root, 'index.php'));
    symlinkSync(join(site.folder, 'uploads'), join(site.root, 'up'));
    site.location('/post', { methods: ['POST'], uploadPath: site.uploads });
  });

  const targets = ['/link.php', '/link.php/info', '/', '/up/evil.php', '/up/evil.cgi'];
  const patch: LocationPatch = { symlinks: true, defaultFiles: ['index.php'] };
  const cgi = [extension('.php', '/bin/php'), extension('.cgi')];

  it.each(targets)('is neither run nor sent: %s', async (target) => {
    location('/', cgi, patch);
    for (const method of ['GET', 'HEAD', 'POST']) expect(await asked(method, target)).toBe(403);
    expect(site.cause?.place).toBe('script below an upload_path');
    expect(await asked('GET', '/a.php')).toBe('/a.php||/a.php|/bin/php');
  });

  it.each(targets)('is run where the location says so: %s', async (target) => {
    location('/', cgi, { ...patch, cgiUploads: true });
    expect(await asked('GET', target)).toContain('|');
    expect(await asked('POST', target)).toContain('|');
  });

  it('is looked for where the upload folder has come to lie', async () => {
    location('/', cgi, patch);
    site.location('/post', { methods: ['POST'], uploadPath: join(site.folder, 'current') });
    symlinkSync(site.mkdir('elsewhere'), join(site.folder, 'current'));
    expect(await asked('GET', '/link.php')).toContain('/link.php||');
    unlinkSync(join(site.folder, 'current'));
    symlinkSync(site.uploads, join(site.folder, 'current'));
    expect(await asked('GET', '/link.php')).toBe(403);
  });
});

describe('a script that is mounted', () => {
  const mount = (script: string): NonNullable<Location['mount']> => ({
    file: script,
    ext: '',
    interpreter: '',
    application: null,
  });

  function at(path: Location['path'], prefix: string, script: string): void {
    site.location(prefix, { methods: ['*'], mount: mount(script), cgi: [listed(script)], path });
  }

  it('is run for every path of its location, whatever lies there', async () => {
    file('git/a.txt');
    const tool = site.file('tool');
    chmodSync(tool, 0o755);
    at({ kind: 'prefix', text: '/git', rank: 4 }, '/git', tool);
    const name = (info: string): string => `/git|${info}|${tool}|`;
    expect(await asked('GET', '/git/a.txt')).toBe(name('/a.txt'));
    expect(await asked('PROPFIND', '/git/.hidden/')).toBe(name('/.hidden/'));
    expect(await asked('GET', '/git')).toBe(name(''));
    expect(ran).toMatchObject({ translated: '' });
    expect(await asked('POST', '/git/../git/x%2by')).toBe(name('/x+y'));
    expect(ran).toMatchObject({ translated: join(site.root, 'x+y') });
  });

  it.each([
    [{ kind: 'prefix', text: '/', rank: 1 }, '/', '/a/b', '|/a/b'],
    [{ kind: 'exact', text: '/a/tool', rank: 99 }, '/a', '/a/tool', '/a/tool|'],
    [{ kind: 'pattern', text: '/a/*.x', rank: 50 }, '/a', '/a/b.x', '/a|/b.x'],
  ] as const)('has the name of its location %j', async (path, prefix, target, expected) => {
    const tool = file('tool.sh');
    at(path, prefix, tool);
    expect(await asked('GET', target)).toBe(`${expected}|/tool.sh|`);
  });

  it('is not run if it is missing, may not be run, or was uploaded', async () => {
    at({ kind: 'prefix', text: '/a', rank: 2 }, '/a', site.file('www/plain', ''));
    expect(await asked('GET', '/a/x')).toBe(403);
    at({ kind: 'prefix', text: '/a', rank: 2 }, '/a', join(site.root, 'none'));
    expect(await asked('GET', '/a/x')).toBe(404);
    at({ kind: 'prefix', text: '/a', rank: 2 }, '/a', site.mkdir('www/folder'));
    expect(await asked('GET', '/a/x')).toBe(404);
    at({ kind: 'prefix', text: '/a', rank: 2 }, '/a', file('up/tool.sh'));
    expect(await asked('GET', '/a/x')).toMatch(/tool/);
    site.location('/up', { uploadPath: join(site.root, 'up') });
    expect(await asked('GET', '/a/x')).toBe(403);
  });
});
