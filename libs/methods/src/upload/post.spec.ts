import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Intake } from '../intake.ts';
import { Fixture } from '../testing/fixture.ts';

let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  site.location('/post', { methods: ['GET', 'POST'], uploadPath: site.uploads });
  site.location('/download', { root: site.uploads });
});

afterEach(() => site.close());

function stored(): string[] {
  return readdirSync(site.uploads).sort();
}

function content(name: string): Buffer {
  return readFileSync(join(site.uploads, name));
}

const JSON_WANTED = 'Accept: application/json\r\n';

function formFields(length: number): string {
  return `Content-Type: multipart/form-data; boundary=X\r\nContent-Length: ${length}\r\n`;
}

function part(name: string, body: string, filename?: string, more = ''): string {
  const file = filename === undefined ? '' : `; filename="${filename}"`;
  return `--X\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${more}\r\n${body}\r\n`;
}

function postForm(body: string | Buffer, fields = '', piece?: number): ReturnType<Fixture['send']> {
  const bytes = Buffer.from(body);
  return site.send(
    'POST',
    '/post/',
    formFields(bytes.length) + fields,
    bytes,
    piece === undefined ? {} : { piece },
  );
}

describe('a raw body', () => {
  it('is stored under the last segment of the URL, byte for byte, and tells where', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 251));
    const answer = await site.send('POST', '/post/notes.bin', JSON_WANTED, bytes, { piece: 4096 });
    expect(answer.status).toBe(201);
    expect(answer.header('Location')).toBe('/download/notes.bin');
    expect(answer.header('Content-Type')).toBe('application/json');
    expect(JSON.parse(answer.text)).toEqual({
      stored: [{ name: 'notes.bin', size: 70_000, location: '/download/notes.bin' }],
    });
    expect(stored()).toEqual(['notes.bin']);
    expect(content('notes.bin').equals(bytes)).toBe(true);
    const back = await site.send('GET', answer.header('Location')!);
    expect(back.body.equals(bytes)).toBe(true);
  });

  it('may be empty', async () => {
    const answer = await site.send('POST', '/post/empty', 'Content-Length: 0\r\n');
    expect(answer.status).toBe(201);
    expect(content('empty')).toHaveLength(0);
  });

  it.each([
    ['/post/a.txt', '', 'a.txt'],
    ['/post/sub/folder/a.txt', '', 'a.txt'],
    ['/post/a%20b%3f.txt', '', 'a b?.txt'],
    ['/post/%ED%95%9C.txt', '', '한.txt'],
    ['/post/..%5C..%5Ca.txt', '', 'a.txt'],
    ['/post/.hidden', '', 'hidden'],
    ['/post/a.txt', 'Content-Disposition: attachment; filename=b.txt\r\n', 'a.txt'],
    ['/post/', 'Content-Disposition: attachment; filename="b c.txt"\r\n', 'b c.txt'],
    ['/post', "Content-Disposition: attachment; filename*=UTF-8''%E2%82%AC.txt\r\n", '€.txt'],
    ['/post/...', 'Content-Disposition: attachment; filename="../../b.txt"\r\n', 'b.txt'],
    ['/post/', 'Content-Disposition: nonsense"\r\n', /^upload-.*\.bin$/],
    ['/post/', 'Content-Type: text/plain; charset=utf-8\r\n', /^upload-20250601T120000-[0-9a-z]{8}\.txt$/],
    ['/post', '', /^upload-.*\.bin$/],
  ])('POST %s with %j is stored as %s', async (target, fields, name) => {
    const answer = await site.send('POST', target, fields, 'x');
    expect(answer.status).toBe(201);
    expect(stored()).toEqual([typeof name === 'string' ? name : expect.stringMatching(name)]);
  });

  it('of a form without files is kept as it was sent', async () => {
    const body = 'a=1&b=%20x';
    const answer = await site.send(
      'POST',
      '/post/',
      `Content-Type: application/x-www-form-urlencoded\r\n${JSON_WANTED}`,
      body,
    );
    const [{ name }] = JSON.parse(answer.text).stored;
    expect(name).toMatch(/\.txt$/);
    expect(content(name).toString()).toBe(body);
  });

  it('is told as a page to whom JSON is not dearer', async () => {
    const answer = await site.send('POST', '/post/%3Cb%3E%22%26.txt', 'Accept: */*\r\n', 'x'.repeat(2048));
    expect(answer.header('Content-Type')).toBe('text/html; charset=utf-8');
    expect(answer.text).toContain('&#60;b&#62;&#34;&#38;.txt');
    expect(answer.text).toContain('href="/download/%3Cb%3E%22%26.txt"');
    expect(answer.text).toContain('2.0 KiB');
    expect(answer.text).not.toContain('<b>');
  });

  it('goes to the upload folder and never below the root', async () => {
    await site.send('POST', '/post/a.txt', '', 'x');
    expect(readdirSync(site.root)).toEqual([]);
  });
});

describe('what is there already', () => {
  beforeEach(() => {
    writeFileSync(join(site.uploads, 'taken'), 'old');
  });

  it('is not replaced, and that is said before the body is read', () => {
    const outcome = site.dispatch('POST', '/post/taken', 'Content-Length: 9\r\nExpect: 100-continue\r\n');
    expect(outcome).toMatchObject({ status: 409 });
    expect(content('taken').toString()).toBe('old');
  });

  it.each([
    ['a folder', () => mkdirSync(join(site.uploads, 'name'))],
    ['a link that leads nowhere', () => symlinkSync('/nowhere', join(site.uploads, 'name'))],
  ])('may be %s', async (_label, make) => {
    make();
    const before = lstatSync(join(site.uploads, 'name')).ino;
    expect((await site.send('POST', '/post/name', '', 'new')).status).toBe(409);
    expect(lstatSync(join(site.uploads, 'name')).ino).toBe(before);
  });

  it('is not replaced where it came while the body was read', async () => {
    const intake = site.dispatch('POST', '/post/late', 'Content-Length: 3\r\n') as Intake;
    writeFileSync(join(site.uploads, 'late'), 'theirs');
    const status = await new Promise((resolve) => {
      intake.open({ reply: (reply) => resolve(reply.status), resume: () => {} });
      intake.take(Buffer.from('our'), 0, 3);
      intake.finish();
    });
    expect(status).toBe(409);
    expect(content('late').toString()).toBe('theirs');
    expect(stored()).toEqual(['late', 'taken']);
  });

  it('is replaced where the location says so, and forgotten', async () => {
    site.location('/post', { methods: ['POST'], uploadPath: site.uploads, uploadOverwrite: true });
    expect((await site.send('POST', '/post/taken', '', 'new')).status).toBe(201);
    expect(content('taken').toString()).toBe('new');
    expect(site.forgotten).toContain(join(site.uploads, 'taken'));
    expect(stored()).toEqual(['taken']);
  });

  it('is not replaced where it is a folder', async () => {
    site.location('/post', { methods: ['POST'], uploadPath: site.uploads, uploadOverwrite: true });
    mkdirSync(join(site.uploads, 'folder'));
    expect((await site.send('POST', '/post/folder', '', 'new')).status).toBe(409);
    expect(stored()).toEqual(['folder', 'taken']);
  });
});

describe('a form', () => {
  it('stores its files and lists its fields', async () => {
    const body = `${part('note', 'hi')}${part('files', 'one', 'a.txt')}${part('files', '\r\n--', 'b c.txt')}--X--\r\n`;
    const answer = await postForm(body, JSON_WANTED);
    expect(answer.status).toBe(201);
    expect(answer.header('Location')).toBe('/download/a.txt');
    expect(JSON.parse(answer.text)).toEqual({
      stored: [
        { name: 'a.txt', size: 3, location: '/download/a.txt' },
        { name: 'b c.txt', size: 4, location: '/download/b%20c.txt' },
      ],
      fields: [{ name: 'note', size: 2 }],
    });
    expect(content('b c.txt').toString()).toBe('\r\n--');
  });

  it.each([1, 2, 7, 64, 1000])('is the same in pieces of %i bytes', async (piece) => {
    const big = 'x\r\n--y'.repeat(500);
    const body = Buffer.from(
      `${part('a', big, 'big')}${part('b', '', 'empty')}${part('c', 'z')}${part('d', 'd', 'd')}--X--`,
    );
    expect((await postForm(body, '', piece)).status).toBe(201);
    expect(stored()).toEqual(['big', 'd', 'empty']);
    expect(content('big').toString()).toBe(big);
    expect(content('empty')).toHaveLength(0);
    expect(content('d').toString()).toBe('d');
  });

  it('stores many small files that come in one piece', async () => {
    const body = Array.from({ length: 300 }, (_, i) => part('f', `content ${i}`, `file ${i}`)).join('');
    expect((await postForm(`${body}--X--`)).status).toBe(201);
    expect(stored()).toHaveLength(300);
    expect(content('file 299').toString()).toBe('content 299');
  });

  it.each([
    ['nothing at all', '--X--', []],
    ['fields alone', `${part('a', 'b')}--X--`, ['a']],
    ['a file input in which nothing was chosen', `${part('f', '', '')}${part('a', '')}--X--`, ['a']],
  ])('with %s stores nothing, and says so', async (_label, body, fields) => {
    const answer = await postForm(body, JSON_WANTED);
    expect(answer.status).toBe(200);
    const { stored: list, fields: told = [] } = JSON.parse(answer.text);
    expect(list).toEqual([]);
    expect(told.map(({ name }: { name: string }) => name)).toEqual(fields);
    expect(stored()).toEqual([]);
  });

  it('makes up a name for a file without one', async () => {
    await postForm(`${part('f', 'x', '', 'Content-Type: image/png\r\n')}${part('g', 'y', '../..')}--X--`);
    expect(stored()).toEqual([
      expect.stringMatching(/^upload-.*\.(png|txt)$/),
      expect.stringMatching(/^upload-.*\.(png|txt)$/),
    ]);
  });

  it('tells names of fields as text', async () => {
    const answer = await postForm(`${part('<script>', '')}--X--`);
    expect(answer.text).toContain('&#60;script&#62;');
  });

  it.each([
    ['a quoted boundary', '"foobar"'],
    ['a boundary with quoted pairs', '"foo\\bar"'],
    ['a boundary of quoted pairs alone', '"\\f\\o\\o\\b\\a\\r"'],
  ])('%s is what stands between the parts', async (_label, boundary) => {
    const body = part('f', 'content', 'c:\\dir\\a.txt').replace('--X', '--foobar');
    const fields = `Content-Type: multipart/form-data; charset="utf\\-8"; boundary=${boundary}\r\n`;
    const bytes = Buffer.from(`${body}--foobar--`);
    const answer = await site.send('POST', '/post/', `${fields}Content-Length: ${bytes.length}\r\n`, bytes);
    expect([answer.status, stored()]).toEqual([201, ['a.txt']]);
  });

  it.each([
    ['no boundary', 'Content-Type: multipart/form-data\r\n'],
    ['an empty boundary', 'Content-Type: multipart/form-data; boundary=""\r\n'],
    ['a boundary that is too long', `Content-Type: multipart/form-data; boundary=${'a'.repeat(71)}\r\n`],
    ['two boundaries', 'Content-Type: multipart/form-data; boundary=a; boundary=b\r\n'],
    ['a malformed type', 'Content-Type: multipart/form-data boundary=a\r\n'],
  ])('with %s is refused before its body is read', (_label, fields) => {
    expect(site.dispatch('POST', '/post/', `${fields}Content-Length: 5\r\n`)).toMatchObject({ status: 400 });
  });

  it.each([
    ['broken off', `${part('f', 'x', 'a.txt')}--X\r\n`, 400],
    ['empty', '', 400],
    ['malformed behind its first file', `${part('f', 'x', 'a.txt')}--Xa`, 400],
    ['malformed in its second head', `${part('f', 'x', 'a.txt')}--X\r\nnonsense\r\n\r\n--X--`, 400],
    ['of too many parts', `${part('f', 'x', 'a.txt')}${part('n', '').repeat(1001)}--X--`, 413],
    ['with one name twice', `${part('f', 'x', 'a.txt')}${part('g', 'y', 'a.txt')}--X--`, 409],
    ['with a name that is taken', `${part('f', 'x', 'a.txt')}${part('g', 'y', 'taken')}--X--`, 409],
  ])('that is %s stores nothing', async (_label, body, status) => {
    writeFileSync(join(site.uploads, 'taken'), 'old');
    expect((await postForm(body)).status).toBe(status);
    expect((await postForm(body, '', 5)).status).toBe(status);
    expect(stored()).toEqual(['taken']);
    expect(content('taken').toString()).toBe('old');
  });

  it('replaces all or none where the location says so', async () => {
    site.location('/post', { methods: ['POST'], uploadPath: site.uploads, uploadOverwrite: true });
    writeFileSync(join(site.uploads, 'one'), 'old one');
    mkdirSync(join(site.uploads, 'folder'));
    const first = part('f', 'new one', 'one');
    expect(
      (await postForm(`${first}${part('g', 'new two', 'two')}${part('h', 'x', 'folder')}--X--`)).status,
    ).toBe(409);
    expect(stored()).toEqual(['folder', 'one']);
    expect(content('one').toString()).toBe('old one');
    expect((await postForm(`${first}${part('g', 'new two', 'two')}--X--`)).status).toBe(201);
    expect(stored()).toEqual(['folder', 'one', 'two']);
    expect(content('one').toString()).toBe('new one');
  });
});

describe('an upload that is given up', () => {
  const body = `${part('f', 'x'.repeat(100), 'a.txt')}${part('g', 'y'.repeat(100), 'b.txt')}--X--`;

  it.each([
    ['a raw one', '/post/a.txt', '', 'x'.repeat(100)],
    ['a form', '/post/', formFields(body.length), body],
    ['a form in its second file', '/post/', formFields(body.length), body.slice(0, -40)],
  ])('leaves nothing: %s', async (_label, target, fields, sent) => {
    await expect(site.send('POST', target, fields, sent, { piece: 10, abort: true })).rejects.toThrow(
      'aborted',
    );
    expect(stored()).toEqual([]);
  });

  it('is not seen before it is whole', async () => {
    site.location('/download', { root: site.uploads, dotfiles: true, autoIndex: 'on' });
    const intake = site.dispatch('POST', '/post/a.txt', 'Content-Length: 10\r\n') as Intake;
    intake.open({ reply: () => {}, resume: () => {} });
    intake.take(Buffer.from('half'), 0, 4);
    const [temporary] = readdirSync(site.uploads);
    expect(temporary).toMatch(/^\.webserv-upload-/);
    expect((await site.send('GET', `/download/${temporary}`)).status).toBe(404);
    expect((await site.send('GET', '/download/a.txt')).status).toBe(404);
    expect(JSON.parse((await site.send('GET', '/download/?format=json')).text).entries).toEqual([]);
    site.location('/download', { root: site.uploads, dotfiles: true, methods: ['GET', 'DELETE'] });
    expect((await site.send('DELETE', `/download/${temporary}`)).status).toBe(404);
    intake.abort();
    expect(stored()).toEqual([]);
  });
});

describe('what is refused', () => {
  it('has no folder to go to', async () => {
    site.location('/post', { methods: ['POST'] });
    expect((await site.send('POST', '/post/a', 'Content-Length: 1\r\n')).status).toBe(403);
    expect(site.cause?.place).toBe('no upload_path');
  });

  it('is coded', async () => {
    const answer = await site.send('POST', '/post/a', 'Content-Encoding: gzip\r\n');
    expect(answer.status).toBe(415);
    expect(answer.header('Accept-Encoding')).toBe('identity');
    expect((await site.send('POST', '/post/a', 'Content-Encoding: Identity\r\n')).status).toBe(201);
  });

  it('has a folder that is gone', async () => {
    site.location('/post', { methods: ['POST'], uploadPath: join(site.folder, 'gone') });
    expect((await site.send('POST', '/post/a', '')).status).toBe(500);
    expect(site.cause?.place).toBe('open upload');
  });

  it('may not write there', async () => {
    const { store } = site.services;
    site.services = { ...site.services, store: { ...store, create: () => -13 } };
    expect((await site.send('POST', '/post/a', '')).status).toBe(403);
    expect(site.cause).toMatchObject({ errno: -13, place: 'open upload' });
  });
});

it('creates files that nobody can run', async () => {
  await site.send('POST', '/post/run.sh', '', '#!/bin/sh\n');
  const { mode } = lstatSync(join(site.uploads, 'run.sh'));
  expect(mode & 0o111).toBe(0);
});
