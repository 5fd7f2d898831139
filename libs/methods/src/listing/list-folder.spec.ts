import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, Fixture, LONG_AGO } from '../testing/fixture.ts';
import { LISTING_SCRIPT } from './listing-script.ts';

let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  site.location('/', { autoIndex: 'on' });
});

afterEach(() => site.close());

interface Row {
  name: string;
  type: string;
  size: number | null;
  modified: string;
}

async function json(target: string, fields = ''): Promise<Row[]> {
  const answer = await site.send('GET', target, fields);
  expect(answer.header('Content-Type')).toBe('application/json');
  return JSON.parse(answer.text).entries;
}

async function names(target: string): Promise<string[]> {
  return (await json(target)).map(({ name }) => name);
}

/** What the links of a page's rows lead to, resolved as a browser does it. */
function targets(answer: Answer, base: string): string[] {
  const rows = answer.text.slice(answer.text.indexOf('<tbody>'));
  return [...rows.matchAll(/href="([^"]*)"/g)].map(([, href]) => {
    const url = new URL(href!, `http://localhost${base}`);
    expect(url.host).toBe('localhost');
    expect(url.search + url.hash).toBe('');
    return url.pathname;
  });
}

describe('what is listed', () => {
  beforeEach(() => {
    site.file('www/b.txt', 'bb');
    site.file('www/a.txt', 'a');
    site.file('www/folder/x');
    site.file('www/.hidden');
    site.file('www/.webserv-upload-1-abcdefgh-0.part');
    site.file('outside.txt', 'secret');
    symlinkSync('a.txt', join(site.root, 'inside link'));
    symlinkSync('folder', join(site.root, 'folder link'));
    symlinkSync('../outside.txt', join(site.root, 'outside link'));
    symlinkSync('..', join(site.root, 'up link'));
    symlinkSync('nowhere', join(site.root, 'broken link'));
    execFileSync('mkfifo', [join(site.root, 'fifo')]);
  });

  it('is what GET would answer', async () => {
    const rows = await json('/?format=json');
    expect(rows.map(({ name, type, size }) => [name, type, size])).toEqual([
      ['folder', 'directory', null],
      ['folder link', 'directory', null],
      ['a.txt', 'file', 1],
      ['b.txt', 'file', 2],
      ['inside link', 'file', 1],
    ]);
    expect(rows[2]?.modified).toBe(LONG_AGO.toISOString());
    for (const { name, type } of rows) {
      const target = `/${encodeURIComponent(name)}${type === 'directory' ? '/' : ''}`;
      expect([target, (await site.send('GET', target)).status]).toEqual([target, 200]);
    }
  });

  it('is more where the location says so, and never an upload that is not whole', async () => {
    site.location('/', { autoIndex: 'on', symlinks: true, dotfiles: true });
    expect(await names('/?format=json')).toEqual([
      'folder',
      'folder link',
      'up link',
      '.hidden',
      'a.txt',
      'b.txt',
      'inside link',
      'outside link',
    ]);
  });

  it('leaves out what goes away while it is read', async () => {
    const { files } = site.services;
    const readFolder: typeof files.readFolder = (root, path, beneath) => {
      const reader = files.readFolder(root, path, beneath);
      if (typeof reader === 'number') return reader;
      const look = reader.look.bind(reader);
      reader.look = (name, facts) => (name === 'a.txt' ? -2 : look(name, facts));
      return reader;
    };
    site.services = { ...site.services, files: { ...files, readFolder } };
    expect(await names('/?format=json')).not.toContain('a.txt');
  });
});

describe('order', () => {
  beforeEach(() => {
    site.file('www/file 10', 'x', new Date(3000));
    site.file('www/file 2', 'xxx', new Date(1000));
    site.file('www/File 1', 'xx', new Date(2000));
    site.file('www/file 3', 'xx', new Date(2000));
    site.mkdir('www/z folder');
    utimesSync(site.mkdir('www/a folder'), 1, 1);
  });

  it.each([
    ['', ['a folder', 'z folder', 'File 1', 'file 2', 'file 3', 'file 10']],
    ['sort=name&order=desc', ['z folder', 'a folder', 'file 10', 'file 3', 'file 2', 'File 1']],
    ['sort=size', ['a folder', 'z folder', 'file 10', 'File 1', 'file 3', 'file 2']],
    ['sort=size&order=desc', ['a folder', 'z folder', 'file 2', 'File 1', 'file 3', 'file 10']],
    ['sort=date&order=asc', ['a folder', 'z folder', 'file 2', 'File 1', 'file 3', 'file 10']],
    ['sort=date&order=desc', ['z folder', 'a folder', 'file 10', 'File 1', 'file 3', 'file 2']],
    ['sort=nonsense&order=%00', ['a folder', 'z folder', 'File 1', 'file 2', 'file 3', 'file 10']],
  ])('%s', async (query, expected) => {
    expect(await names(`/?format=json&${query}`)).toEqual(expected);
  });

  it('is told by the page, and each column leads to the other one', async () => {
    const page = (await site.send('GET', '/?sort=size&order=desc')).text;
    expect(page).toContain(
      'aria-sort="descending"><a rel="nofollow" href="?sort=size&amp;order=asc">Size ↓</a>',
    );
    expect(page).toContain('<a rel="nofollow" href="?sort=name&amp;order=asc">Name</a>');
    expect((await site.send('GET', '/')).text).toContain(
      'aria-sort="ascending"><a rel="nofollow" href="?sort=name&amp;order=desc">Name ↑',
    );
  });
});

describe('names', () => {
  const hard = [
    '100% sure',
    '%41',
    '%2e%2e',
    'a?b=c',
    '#hash',
    'a&amp;b',
    '"double" and \'single\'',
    '<script>alert(1)',
    'javascript:alert(1)',
    ' leading blank',
    'plus + semicolon ;',
    '-dash',
    'back\\slash',
    '한국어 파일.txt',
    'שלום.txt',
    '🦉',
    'e\u0301',
    '~home',
    'http:',
    '__proto__',
    'line\nbreak',
    'line\r\nX: break',
    'tab\tand\x1bescape\x7f',
  ];

  it('lead to what they name, whatever they are', async () => {
    for (const name of hard) site.file(`www/sub/${name}`, name);
    const answer = await site.send('GET', '/sub/');
    const paths = targets(answer, '/sub/').filter((path) => path !== '/');
    expect(paths).toHaveLength(hard.length);
    const found = new Set<string>();
    for (const path of paths) {
      const file = await site.send('GET', path);
      expect([path, file.status]).toEqual([path, 200]);
      found.add(file.text);
    }
    expect(found).toEqual(new Set(hard));
    expect(new Set(await names('/sub/?format=json'))).toEqual(new Set(hard));
  });

  it('are text and nothing else', async () => {
    for (const name of [...hard, 'new\nline', 'tab\tand\x1bescape', '<img src=x>']) site.file(`www/${name}`);
    site.file('www/<b>&"/x');
    const whole = (await site.send('GET', '/')).text;
    const page = whole.replace(`<script>${LISTING_SCRIPT}</script>`, '');
    expect(page).not.toMatch(/<script|<img|<b>/);
    expect(page).toContain('&#60;script&#62;alert(1)');
    expect(page).toContain('new␊line');
    expect(page).toContain('tab␉and␛escape');
    expect(page).toContain('href="new%0Aline"');
    const inside = (await site.send('GET', '/%3Cb%3E%26%22/')).text;
    expect(inside).toContain('<title>Index of /&#60;b&#62;&#38;&#34;/</title>');
    expect(await names('/?format=json')).toContain('new\nline');
  });
});

describe('the page', () => {
  it('shows the way here, each step a relative link', async () => {
    site.mkdir('www/a/b c/d');
    const page = (await site.send('GET', '/a/b%20c/d/')).text;
    expect(page).toContain(
      '<h1><a href="../../../">/</a><a href="../../"><bdi>a</bdi></a><i>/</i><a href="../"><bdi>b c</bdi></a><i>/</i><bdi>d</bdi></h1>',
    );
    expect(page).toContain('<a href="../">..</a>');
    const root = (await site.send('GET', '/')).text;
    expect(root).toContain('<h1>/</h1>');
    expect(root).not.toContain('>..</a>');
  });

  it('tells sizes and times', async () => {
    site.file('www/a', Buffer.alloc(1536));
    site.file('www/b', Buffer.alloc(1023));
    site.file('www/c', Buffer.alloc(300 << 10));
    utimesSync(site.file('www/old'), -1e12, -1e12);
    const page = (await site.send('GET', '/')).text;
    for (const size of ['1.5 KiB', '1023 B', '300 KiB', '0 B']) expect(page).toContain(`>${size}</td>`);
    expect(page).toContain('<time datetime="2024-02-03T04:05:06.789Z">2024-02-03<span> 04:05</span></time>');
  });

  it('stays within the prefix of its location', async () => {
    site.location('/files', { root: site.uploads, autoIndex: 'on' });
    site.file('uploads/a.txt', 'a');
    const answer = await site.send('GET', '/files/');
    expect(targets(answer, '/files/')).toEqual(['/', '/files/a.txt']);
    expect((await site.send('GET', '/files/a.txt')).text).toBe('a');
  });
});

describe('a filter', () => {
  beforeEach(() => {
    for (const name of ['Alpha.txt', 'beta.txt', 'alphabet/x', 'gamma', '100% <a>&"b.txt'])
      site.file(`www/${name}`);
  });

  it.each([
    ['alpha', ['alphabet', 'Alpha.txt']],
    ['ALPHA', ['alphabet', 'Alpha.txt']],
    ['%20alpha%20', ['alphabet', 'Alpha.txt']],
    ['a+%3C', []],
    ['%3Ca%3E', ['100% <a>&"b.txt']],
    ['*', []],
    ['', ['alphabet', '100% <a>&"b.txt', 'Alpha.txt', 'beta.txt', 'gamma']],
    ['none', []],
    ['%ED%A0%80%00', []],
  ])('%s', async (filter, listed) => {
    expect(await names(`/?format=json&q=${filter}`)).toEqual(listed);
  });

  it('stays beside each order, and both beside it', async () => {
    const { text } = await site.send('GET', '/?q=a%22%3E%3Cb&sort=size&order=desc');
    expect(text).toContain('<a rel="nofollow" href="?sort=date&amp;order=asc&amp;q=a%22%3E%3Cb">');
    expect(text).toContain('<input type="hidden" name="sort" value="size">');
    expect(text).toContain('name="q" value="a&#34;&#62;&#60;b"');
    expect(text).not.toContain('beta.txt');
  });

  it('of any length is short', async () => {
    const { text } = await site.send('GET', `/?q=${'x'.repeat(1000)}`);
    expect(text).toContain(`value="${'x'.repeat(255)}"`);
  });
});

describe('a page that search engines and other pages read', () => {
  it('is found once, and not in each order', async () => {
    expect((await site.send('GET', '/')).header('X-Robots-Tag')).toBeUndefined();
    for (const query of ['sort=size', 'q=a', 'format=json'])
      expect((await site.send('GET', `/?${query}`)).header('X-Robots-Tag')).toBe('noindex');
  });

  it('runs its own script and style, and nothing else', async () => {
    const answer = await site.send('GET', '/');
    const policy = answer.header('Content-Security-Policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toContain('unsafe');
    for (const name of ['script', 'style']) {
      const [, text = ''] = new RegExp(`<${name}>([^]*?)</${name}>`).exec(answer.text) ?? [];
      const hash = createHash('sha256').update(text).digest('base64');
      expect(policy).toContain(`${name}-src 'sha256-${hash}'`);
    }
    expect(answer.text.match(/<(?:script|style)>/g)).toHaveLength(2);
  });

  it('shows small pictures, when they come into view', async () => {
    site.file('www/a b.PNG', 'x');
    site.file('www/large.png', Buffer.alloc((128 << 10) + 1).toString());
    site.file('www/empty.png', '');
    site.file('www/a.svg', 'x');
    const pictures = (await site.send('GET', '/')).text.match(/<img[^>]*>/g);
    expect(pictures).toEqual([
      '<img src="a%20b.PNG" alt="" width="32" height="32" loading="lazy" decoding="async">',
    ]);
  });
});

describe('the reply', () => {
  it.each([
    ['/', '', 'text/html; charset=utf-8'],
    ['/', 'Accept: application/json\r\n', 'application/json'],
    ['/', 'Accept: text/html,application/json;q=0.9\r\n', 'text/html; charset=utf-8'],
    ['/?format=json', 'Accept: text/html\r\n', 'application/json'],
    ['/?format=html', 'Accept: application/json\r\n', 'text/html; charset=utf-8'],
    ['/?format=xml', '', 'text/html; charset=utf-8'],
  ])('to %s with %j is %s', async (target, fields, type) => {
    const answer = await site.send('GET', target, fields);
    expect(answer.status).toBe(200);
    expect(answer.header('Content-Type')).toBe(type);
    expect(answer.header('Vary')).toBe('Accept');
    for (const name of ['ETag', 'Last-Modified', 'Cache-Control', 'Expires', 'Accept-Ranges']) {
      expect([name, answer.header(name)]).toEqual([name, undefined]);
    }
  });

  it('to HEAD is the same without content, and reads nothing', async () => {
    site.file('www/a');
    const got = await site.send('GET', '/');
    const answer = await site.send('HEAD', '/');
    expect(answer.reply.headers.entries()).toEqual(got.reply.headers.entries());
    expect(answer.reply.body).toEqual({ kind: 'empty' });
    expect(answer.body).toHaveLength(0);
    const outcome = site.dispatch('HEAD', '/');
    expect('body' in outcome && outcome.body).toEqual({ kind: 'unsent', length: -1 });
  });

  it('is empty for an empty folder', async () => {
    expect(await json('/', 'Accept: application/json\r\n')).toEqual([]);
    expect((await site.send('GET', '/')).text).toContain('<tbody>\n</tbody>');
  });

  it.each([
    ['If-None-Match: *', 304],
    ['If-None-Match: "x"', 200],
    ['If-Match: "x"', 412],
    ['If-Match: *', 200],
    ['If-Modified-Since: Sat, 03 Feb 2024 04:05:06 GMT', 200],
    ['Range: bytes=0-4', 200],
  ])('to %s is %i', async (field, status) => {
    expect((await site.send('GET', '/', `${field}\r\n`)).status).toBe(status);
  });

  it('to a folder without its slash leads to the slash', async () => {
    site.mkdir('www/a b');
    const answer = await site.send('GET', '/a%20b?sort=size');
    expect(answer.status).toBe(301);
    expect(answer.header('Location')).toBe('/a%20b/?sort=size');
  });

  it('to a folder that may not be read is 403, and to one outside 404', async () => {
    const { files } = site.services;
    site.services = { ...site.services, files: { ...files, readFolder: () => -13 } };
    expect((await site.send('GET', '/')).status).toBe(403);
    site.services = { ...site.services, files };
    symlinkSync('..', join(site.root, 'up'));
    expect((await site.send('GET', '/up/')).status).toBe(404);
    site.mkdir('www/.git');
    expect((await site.send('GET', '/.git/')).status).toBe(404);
  });

  it('is the default file where the location names one', async () => {
    site.location('/', {});
    expect((await site.send('GET', '/')).status).toBe(403);
    site.file('www/index.html', 'home');
    expect((await site.send('GET', '/')).text).toBe('home');
  });
});
