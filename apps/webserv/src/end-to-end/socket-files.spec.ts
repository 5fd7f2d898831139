import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SocketFiles } from '@webserv/connection';
import { callUnix, ERRNO } from '@webserv/event-loop';
import { Command } from '../testing/command.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

describe('unix sockets', () => {
  let site: TestSite;
  let path: string;
  let commands: Command[];

  beforeEach(() => {
    site = new TestSite();
    site.file('static/index.html', 'home');
    path = join(site.folder, 's.sock');
    commands = [];
  });

  afterEach(async () => {
    for (const command of commands) command.kill('SIGKILL');
    for (const command of commands) await command.ended;
    await site.close();
  });

  function start(listens = `listen unix:${path};`): Command {
    const conf = site.file(
      'site.conf',
      `server {\n  ${listens}\n  root static; access_log off;\n  location / { }\n}`,
    );
    const command = new Command(['-c', conf]);
    commands.push(command);
    return command;
  }

  async function serving(command: Command): Promise<Command> {
    await command.says(/serving on/);
    return command;
  }

  async function answers(): Promise<string> {
    const peer = await Peer.open(path);
    const { body } = await peer.send(get('/', 'Connection: close\r\n')).answer();
    peer.close();
    return body.toString();
  }

  it('one that somebody answers on is in use, and the first goes on untouched', async () => {
    await serving(start());
    const { ino } = statSync(path);
    const { code, stderr } = await start().ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/site\.conf:2:\d+: error: cannot listen on unix:.*s\.sock: EADDRINUSE/);
    expect(statSync(path).ino).toBe(ino);
    expect(await answers()).toBe('home');
  });

  it('one that is left of a server that was killed is replaced, and removed at the end', async () => {
    const first = await serving(start());
    first.kill('SIGKILL');
    await first.ended;
    expect(existsSync(path)).toBe(true);
    const second = await serving(start());
    expect(await answers()).toBe('home');
    second.kill('SIGTERM');
    await second.ended;
    expect(readdirSync(site.folder).filter((name) => name.startsWith('s.sock'))).toEqual([]);
  });

  it('of many servers that start at once, one serves', async () => {
    const all = Array.from({ length: 4 }, () => start());
    const served = await Promise.all(
      all.map((command) =>
        Promise.race([serving(command).then(() => true), command.ended.then(() => false)]),
      ),
    );
    expect(served.filter(Boolean)).toHaveLength(1);
    expect(await answers()).toBe('home');
  });

  it('the end of a server leaves a file alone that is not its own', () => {
    const files = new SocketFiles();
    files.listen(path, () => {
      site.file('s.sock');
      return 7;
    });
    // Its inode is in use, as a socket's is while it is open.
    renameSync(path, join(site.folder, 'moved'));
    site.file('s.sock', 'another');
    files.remove();
    expect(readFileSync(path, 'utf8')).toBe('another');
  });

  it('what is no socket stays, and is named', async () => {
    site.file('s.sock', 'content');
    const { code, stderr } = await start().ended;
    expect([code, /site\.conf:2:\d+: error: .* is no socket, and stays/.test(stderr)]).toEqual([1, true]);
    expect(readFileSync(path, 'utf8')).toBe('content');
  });

  it('two addresses that name one file are an error, however they are spelt', async () => {
    symlinkSync(site.folder, join(site.folder, 'link'));
    const { code, stderr } = await start(`listen unix:${path}; listen unix:link/s.sock;`).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/site\.conf:2:\d+: error: .*unix:link\/s\.sock: another listen .* the same file/);
    expect(existsSync(path)).toBe(false);
  });

  it('everybody may connect', async () => {
    await serving(start());
    expect(statSync(path).mode & 0o777).toBe(0o666);
  });

  it('a link that is put in the place of the file gives nobody the rights to another', () => {
    const secret = site.file('secret');
    chmodSync(secret, 0o600);
    new SocketFiles().listen(path, () => {
      symlinkSync(secret, path);
      return 7;
    });
    expect(statSync(secret).mode & 0o777).toBe(0o600);
  });

  it('a full backlog is somebody who answers', async () => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen({ path, backlog: 1 }, resolve));
    // Nobody is accepted before this turn is over.
    for (let count = 0; count < 8; count++) expect(callUnix(path)).toBe(0);
    await new Promise((resolve) => busy.close(resolve));
    expect(callUnix(path)).toBe(-ERRNO.ENOENT);
  });
});
