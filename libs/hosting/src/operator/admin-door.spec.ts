import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action } from '@webserv/admin';
import { type Config, loadText, report } from '@webserv/config';
import { Loop } from '@webserv/event-loop';
import { HostedEdition } from '../edition/hosted-edition.ts';
import { Engine } from '../process/engine.ts';
import { realSystem } from '../process/system.ts';
import { atOnce } from '../steps.ts';
import { AdminDoor } from './admin-door.ts';

let folder: string;
let engine: Engine;
let door: AdminDoor | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webserv-door-'));
  mkdirSync(join(folder, 'site'));
  engine = new Engine('webserv/test', Loop.open(), realSystem);
  door = null;
});

afterEach(async () => {
  await door?.close(0);
  engine.close();
  engine.loop.dispose();
  rmSync(folder, { recursive: true });
});

function editionOf(root: string, admin = 'unix:admin.sock'): HostedEdition {
  mkdirSync(join(folder, root), { recursive: true });
  const text = `admin ${admin}; error_log off;
    server { listen 127.0.0.1:0; access_log off; location / { root ${root}; auto_index on; } }`;
  const result = loadText(text, join(folder, 'site.conf'));
  if (!result.ok) throw new Error(report(result.diagnostics));
  const edition = new HostedEdition(result.config, engine);
  atOnce(edition.making());
  atOnce(edition.opening());
  return edition;
}

function open(edition: HostedEdition): AdminDoor {
  const opened = new AdminDoor(adminOf(edition.config), engine);
  opened.turnTo(edition);
  door = opened;
  return opened;
}

function adminOf({ admin }: Config) {
  if (admin === null) throw new Error('a config with an admin address');
  return admin;
}

/** An action that has been asked for, and how it is answered. */
function asking(): { readonly promise: Promise<Parameters<Action>[0]>; readonly resolve: Action } {
  let resolve: Action = () => {};
  const promise = new Promise<Parameters<Action>[0]>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Sends a request, and returns all that comes until the server closes. */
function ask(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(join(folder, 'admin.sock'));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    socket.write(request);
  });
}

const request = (method: string, path: string, body = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('an action at an admin address', () => {
  it('is answered when it is done, which may be later', async () => {
    const asked = asking();
    engine.registry.action('reload', asked.resolve);
    open(editionOf('site'));
    const answer = ask(request('POST', '/reload', 'ignored'));
    const done = await asked.promise;
    done(422, 'site.conf:1: error');
    expect(await answer).toMatch(/^HTTP\/1\.1 422 [\s\S]*\r\n\r\nsite\.conf:1: error\n$/);
  });

  it('goes on when the client that asked for it has gone', async () => {
    const asked = asking();
    engine.registry.action('reload', asked.resolve);
    open(editionOf('site'));
    const socket = connect(join(folder, 'admin.sock'));
    socket.write(request('POST', '/reload'));
    const done = await asked.promise;
    socket.destroy();
    expect(await ask(request('GET', '/healthz'))).toContain('alive');
    done(200, 'done');
    expect(await ask(request('GET', '/healthz'))).toContain('alive');
  });

  it('runs when the request is whole, and not before', async () => {
    let runs = 0;
    engine.registry.action('reload', (done) => {
      runs++;
      done(200, 'done');
    });
    open(editionOf('site'));
    const socket = connect(join(folder, 'admin.sock'));
    socket.end('POST /reload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab');
    await new Promise((resolve) => socket.resume().on('close', resolve));
    expect(runs).toBe(0);
    expect(await ask(request('POST', '/reload'))).toContain('done');
    expect(runs).toBe(1);
  });
});

describe('an admin address', () => {
  it('shows another edition when it is turned to it, and holds the first no longer', async () => {
    const first = editionOf('site');
    open(first);
    expect(await ask(request('GET', '/config'))).toContain(join(folder, 'site'));
    const second = editionOf('other');
    door?.turnTo(second);
    let over = false;
    first.retire(() => {
      over = true;
    });
    expect(over).toBe(true);
    const text = await ask(request('GET', '/config'));
    expect(text).toContain(join(folder, 'other'));
  });

  it('answers a page that another library has registered', async () => {
    engine.registry.page('/runs', {
      title: 'Runs',
      answer: ({ query }) => ({ status: 200, contentType: 'text/plain', body: `of ${query}`, headers: [] }),
    });
    open(editionOf('site'));
    expect(await ask(request('GET', '/runs?all'))).toMatch(/\r\n\r\nof all$/);
  });
});
