import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failedCall, failure, isHidden, resolvePath } from '@webserv/methods';
import { headOf } from './fixtures/heads.ts';
import { World } from './fixtures/world.ts';
import { findScript, translate } from './script.ts';

const rules = { failure, failedCall, isHidden, resolvePath };

describe('the script that a path names', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
    const { root } = world;
    for (const name of [
      'cgi.sh',
      'bin/run.sh',
      'bin/run.sh.d/inner.sh',
      '.hidden.sh',
      'a.x',
      'sub/b.x',
      '.c.x',
      '.webserv-upload-abcdefgh-0.part',
    ]) {
      world.file(name, '#!/bin/sh\n');
    }
    world.file('plain.sh', '', 0o644);
    mkdirSync(join(root, 'folder.sh'));
    mkdirSync(join(root, 'dir.x'));
    world.file('dir.x/c.x', '');
    world.file('dir.x/c.txt', '');
    writeFileSync(join(world.folder, 'outside.sh'), '', { mode: 0o755 });
    symlinkSync(join(world.folder, 'outside.sh'), join(root, 'link.sh'));
    symlinkSync(join(world.folder, 'outside.sh'), join(root, 'link.x'));
    symlinkSync('cgi.sh', join(root, 'inside.sh'));
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
    world.location('/', scripts);
    world.location('/app', ['cgi.sh', './bin/run.sh']);
    world.location('/open', ['.hidden.sh', 'link.sh'], { symlinks: true, dotfiles: true });
    world.location('/ext', ['.x /bin/sh', '.Y /bin/other']);
    // Uploads that are not whole are nobody's scripts, whatever is shown.
    world.location('/parts', ['.part /bin/sh', '.x /bin/sh'], { dotfiles: true });
    world.location('/both', ['plain.sh', '.sh /bin/sh']);
  });

  afterEach(async () => {
    expect(await world.close()).toEqual([]);
  });

  function found(path: string): string | number | null {
    const exchange = world.exchangeOf(headOf([`GET ${path} HTTP/1.1`, 'Host: a']));
    const result = findScript(exchange, rules);
    if (result === null) return null;
    if ('refusal' in result) return result.refusal.status;
    const { name, pathInfo, file, interpreter } = result.script;
    expect(name + pathInfo).toBe(exchange.head.path);
    return `${name}|${pathInfo}|${file.replace(world.root, '')}|${interpreter}`;
  }

  it.each([
    ['/cgi.sh', '/cgi.sh||/cgi.sh|'],
    ['/cgi.sh/', '/cgi.sh|/|/cgi.sh|'],
    ['/cgi.sh/a%20b/../c', '/cgi.sh|/c|/cgi.sh|'],
    ['/cgi.sh/%C3%A4', '/cgi.sh|/ä|/cgi.sh|'],
    ['/%63gi.sh', '/cgi.sh||/cgi.sh|'],
    ['/x/../cgi.sh', '/cgi.sh||/cgi.sh|'],
    ['/cgi.shx', null],
    ['/cgi', null],
    ['/CGI.sh', null],
    ['/', null],
    ['/other/cgi.sh', null],
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
    ['/app', null],
    ['/app/', null],
    ['/open/.hidden.sh', '/open/.hidden.sh||/.hidden.sh|'],
    ['/open/link.sh', '/open/link.sh||/link.sh|'],
    ['/ext/a.x', '/ext/a.x||/a.x|/bin/sh'],
    ['/ext/a.X', 404],
    ['/ext/a.x/b.x/c', '/ext/a.x|/b.x/c|/a.x|/bin/sh'],
    ['/ext/sub/b.x/info', '/ext/sub/b.x|/info|/sub/b.x|/bin/sh'],
    ['/ext/missing.x', 404],
    ['/ext/missing.y', 404],
    ['/ext/missing.txt', null],
    ['/ext/dir.x', null],
    ['/ext/dir.x/', null],
    ['/ext/dir.x/c.txt', null],
    ['/ext/dir.x/c.x/info', '/ext/dir.x/c.x|/info|/dir.x/c.x|/bin/sh'],
    ['/ext/.c.x', 404],
    ['/parts/.c.x', '/parts/.c.x||/.c.x|/bin/sh'],
    ['/parts/.webserv-upload-abcdefgh-0.part', 404],
    ['/ext/link.x', 404],
    ['/ext/a.x.txt', null],
    ['/both/plain.sh', '/both/plain.sh||/plain.sh|/bin/sh'],
    ['/both/cgi.sh', '/both/cgi.sh||/cgi.sh|/bin/sh'],
  ])('%s', (path, expected) => {
    expect(found(path)).toBe(expected);
  });

  it('is told with the reason where it is refused', () => {
    const exchange = world.exchangeOf(headOf(['GET /plain.sh HTTP/1.1', 'Host: a']));
    findScript(exchange, rules);
    expect(exchange.place).toBe('script may not be run');
    expect(exchange.errno).toBeLessThan(0);
  });

  it.each([
    ['', ''],
    ['/x', '/x'],
    ['/app', ''],
    ['/app/x/y', '/x/y'],
    ['/apple', '/apple'],
  ])('translates the path info %j', (pathInfo, expected) => {
    const translated = translate(world.server, pathInfo, rules);
    expect(translated).toBe(pathInfo === '' ? '' : world.root + expected);
  });
});
