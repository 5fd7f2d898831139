import { chmodSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadText, report } from '@webserv/config';
import { requestTurn } from './request-turn.ts';

let folder: string;
let other: Server | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webserv-reload-'));
  other = null;
});

afterEach(async () => {
  if (other !== null) await new Promise((done) => other?.close(done));
  rmSync(folder, { recursive: true });
});

const path = (name: string): string => join(folder, name);

function config(main: string): Config {
  const text = `${main} server { listen 127.0.0.1:0; root .; location / { } }`;
  const result = loadText(text, path('site.conf'));
  if (!result.ok) throw new Error(report(result.diagnostics));
  return result.config;
}

/** A program at `admin.sock` that answers each request with these words. */
async function answering(words: string): Promise<void> {
  other = createServer((socket) => socket.once('data', () => socket.end(words)));
  await new Promise<void>((done) => other?.listen(path('admin.sock'), done));
}

/** Does work as an account that may do nothing here. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

const asRoot = process.geteuid?.() === 0 ? it : it.skip; // Only root can become another account.

describe('by a pid file', () => {
  const reload = () => requestTurn(config('pid webserv.pid;'), 'reload');

  it.each([
    ['that is missing', null, /webserv\.pid does not exist: no server runs that was started with this/],
    ['of garbage', 'rub\x1b[2Jbish', /webserv\.pid holds no number of a process/],
    ['that is empty', '', /the server that wrote it has ended \(process unknown\)/],
    // It would be this test. Nobody holds a lock on the file.
    ['of a program that is no server', `${process.pid}\n`, /wrote it has ended \(process \d+\)/],
    ['with a number that no process has', '4194305\n', /wrote it has ended \(process 4194305\)/],
  ])('%s', async (_what, text, problem) => {
    if (text !== null) writeFileSync(path('webserv.pid'), text);
    expect(await reload()).toMatch(problem);
  });

  it('that is a folder', async () => {
    mkdirSync(path('webserv.pid'));
    expect(await reload()).toMatch(/webserv\.pid is a folder: is it the path of the pid file\?/);
  });

  asRoot('that this account may not read', async () => {
    chmodSync(folder, 0o755);
    writeFileSync(path('webserv.pid'), '1\n', { mode: 0o600 });
    expect(await asNobody(reload)).toMatch(
      /the server of .*webserv\.pid belongs to another account: ask as root/,
    );
  });
});

describe('by an admin address', () => {
  const reload = () => requestTurn(config('admin unix:admin.sock;'), 'reload');

  it('that is missing', async () => {
    expect(await reload()).toMatch(/no server listens at the admin address unix:.*admin\.sock/);
  });

  it('at which nobody listens any more', async () => {
    await answering('');
    // The file stays behind, as that of a server that was killed.
    linkSync(path('admin.sock'), path('kept'));
    await new Promise((done) => other?.close(done));
    other = null;
    renameSync(path('kept'), path('admin.sock'));
    expect(await reload()).toMatch(/no server listens at the admin address unix:.*admin\.sock/);
  });

  it.each([
    ['of a program that speaks no HTTP', '220 ready\r\n', /gives no answer of HTTP: is it the server's\?/],
    ['that closes without a word', '', /closed the connection without an answer: has the server ended\?/],
    [
      'of another program',
      'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno',
      /answers POST \/reload with 404: is it the address of this server\?/,
    ],
    ['of a server that refuses', 'HTTP/1.1 409 Conflict\r\n\r\nanother reload', /^another reload$/],
    ['of a server that says what is wrong', 'HTTP/1.1 422 No\r\n\r\nsite.conf:3:1: error', /^site\.conf:3:1/],
    ['of a server that has done so', 'HTTP/1.1 200 OK\r\n\r\nserved', /^$/],
  ])('%s', async (_what, words, problem) => {
    await answering(words);
    expect(await reload()).toMatch(problem);
  });

  asRoot('that this account may not ask', async () => {
    chmodSync(folder, 0o755);
    await answering('HTTP/1.1 200 OK\r\n\r\n');
    chmodSync(path('admin.sock'), 0o600);
    expect(await asNobody(reload)).toMatch(/belongs to another account: ask as root/);
  });

  it('that nobody can know', async () => {
    expect(await requestTurn(config('admin 127.0.0.1:0;'), 'reload')).toMatch(/chooses the port of "admin"/);
  });
});

it('a config without either says what to write', async () => {
  expect(await requestTurn(config(''), 'reload')).toMatch(
    /site\.conf names neither a pid file nor an admin address, .* write "pid FILE;" or "admin unix:FILE;"/,
  );
});
