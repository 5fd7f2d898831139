import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Command } from '../testing/command.ts';
import { TestSite } from '../testing/site.ts';

interface Found {
  readonly weight: string;
  readonly about: string;
  readonly message: string;
  readonly fix: string;
}

let site: TestSite;

beforeEach(() => {
  site = new TestSite();
  chmodSync(site.folder, 0o755);
  site.file('files/index.html', 'home');
});

afterEach(() => site.close());

async function doctor(config: string) {
  const conf = site.file('site.conf', config);
  const { code, stdout, stderr } = await new Command(['doctor', '-c', conf, '--json']).ended;
  const { ok, findings }: { ok: boolean; findings: Found[] } = JSON.parse(stdout);
  expect([ok ? 0 : 1, stderr]).toEqual([code, '']);
  const about = (name: string): string[] =>
    findings
      .filter(({ about, weight }) => about === name && weight !== 'warns')
      .map(({ weight, message, fix }) => `${weight}: ${message} -> ${fix}`);
  return { code, about, text: JSON.stringify(findings) };
}

function listening(target: string | number, answer?: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (answer !== undefined) socket.once('data', () => socket.end(Buffer.from(answer, 'latin1')));
  });
  return new Promise((resolve) => server.listen(target, () => resolve(server)));
}

/** Each file and folder of the site with its mode, and the time of its last change unless the test itself writes it. */
function everything(): string[] {
  const names = readdirSync(site.folder, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => {
    const { mode, mtimeMs, size } = statSync(join(site.folder, name));
    return `${name} ${mode} ${size} ${name === 'site.conf' ? '' : mtimeMs}`;
  });
}

const SIMPLE = 'error_log off; server { listen 127.0.0.1:0; access_log off; root files; location / { } }';

describe('webserv doctor', () => {
  it('finds nothing on a good machine, names the driver, and changes nothing', async () => {
    site.file('files/a.py', 'import os');
    site.file('site.conf', SIMPLE);
    const before = everything();
    const { code, about } = await doctor(SIMPLE);
    expect(code).toBe(0);
    expect(about('driver').at(-1)).toMatch(/^notes: the server would use /);
    expect(everything()).toEqual(before);
  });

  it('reads a bad config as it is', async () => {
    const { code, about } = await doctor('server { root nowhere; location / { } }');
    expect([code, about('config')[0]]).toEqual([
      1,
      expect.stringMatching(/^stops: .*site\.conf:1:15: there is no/),
    ]);
  });

  it('finds addresses that are taken, and leaves sockets alone', async () => {
    const taken = await listening(0);
    const { port } = taken.address() as { port: number };
    const unix = await listening(join(site.folder, 'taken.sock'));
    site.file('file.sock', 'no socket');
    const listens = `listen 127.0.0.1:${port}; listen unix:taken.sock; listen unix:file.sock; listen unix:new.sock;`;
    const { code, about } = await doctor(SIMPLE.replace('listen 127.0.0.1:0;', listens));
    expect(code).toBe(1);
    const [first, second, third, ...more] = about('ports');
    expect(first).toMatch(new RegExp(`^stops: .*cannot listen on .*EADDRINUSE.*ss -ltnp 'sport = :${port}'`));
    expect(second).toContain('another server answers at unix:');
    expect(third).toContain('file.sock is no socket');
    expect(more).toEqual([]);
    expect(readdirSync(site.folder)).not.toContain('new.sock');
    expect(statSync(join(site.folder, 'taken.sock')).isSocket()).toBe(true);
    taken.close();
    unix.close();
  });

  it('does not try the addresses of its own server', async () => {
    const config = `pid run.pid; ${SIMPLE}`;
    const server = new Command(['-c', site.file('site.conf', config)]);
    try {
      const port = await server.port();
      const { code, about } = await doctor(config.replace('127.0.0.1:0', `127.0.0.1:${port}`));
      expect([code, about('ports')]).toEqual([0, [expect.stringContaining('of this configuration runs')]]);
    } finally {
      server.kill('SIGKILL');
      await server.ended;
    }
  });

  it('tries what runs scripts', async () => {
    const good = await listening(
      join(site.folder, 'good.sock'),
      '\x01\x0a\0\0\0\x11\0\0\x0e\x01FCGI_MAX_CONNS5',
    );
    const other = await listening(join(site.folder, 'other.sock'), 'HTTP/1.1 400 Bad Request\r\n\r\n');
    const script = (name: string, text: string, mode = 0o755) =>
      chmodSync(site.file(`files/${name}`, text), mode);
    script('works.cgi', '#!/bin/sh\n');
    script('shut.cgi', '#!/bin/sh\n', 0o644);
    script('windows.cgi', '#!/bin/sh\r\n');
    script('lost.cgi', '#! /usr/bin/nowhere -x\n');
    script('text.cgi', 'echo\n');
    const dies = site.file('dies', '#!/bin/sh\nkill -9 $$\n');
    const hello = site.file('hello', '#!/bin/sh\necho "hello to $1"\n');
    for (const file of [dies, hello]) chmodSync(file, 0o755);
    const { code, about } = await doctor(
      SIMPLE.replace(
        'location / { }',
        `location / { cgi .cgi; cgi .dies ${dies}; cgi .hello ${hello}; cgi .sh /bin/sh;
          fastcgi unix:good.sock .a; fastcgi unix:other.sock .b; fastcgi unix:gone.sock .c; }`,
      ),
    );
    const found = about('scripts').join('\n');
    expect(code).toBe(1);
    for (const expected of [
      /breaks: \S+shut\.cgi may not be run: its requests get 403 -> chmod/,
      /breaks: the first line of \S+windows\.cgi ends in CR LF/,
      /breaks: the interpreter of \S+lost\.cgi is not there or may not be run: \/usr\/bin\/nowhere/,
      /breaks: \S+text\.cgi is no program/,
      /breaks: signal 9 has ended \S+dies in a trial/,
      /notes: \S+hello runs: hello to --version/,
      /notes: \/bin\/sh runs: it runs/,
      /notes: the application at unix:\S+good\.sock answers, for 5 requests at once/,
      /breaks: what listens at unix:\S+other\.sock does not speak FastCGI/,
      /breaks: the application at unix:\S+gone\.sock cannot be asked: ENOENT/,
    ]) {
      expect(found).toMatch(expected);
    }
    expect(found).not.toContain('works.cgi');
    good.close();
    other.close();
  });

  // Only root can become another account.
  const asRoot = process.geteuid?.() === 0 ? it : it.skip;
  asRoot('looks with the eyes of the account, and names the folder that keeps it out', async () => {
    mkdirSync(join(site.folder, 'shut/deep'), { recursive: true });
    chmodSync(join(site.folder, 'shut'), 0o700);
    mkdirSync(join(site.folder, 'up'), { mode: 0o755 });
    const { code, about } = await doctor(
      `user nobody; ${SIMPLE.replace('location / { }', 'location / { } location /shut { root shut/deep; } location /up { method POST; upload_path up; }')}`,
    );
    expect(code).toBe(1);
    const [first, second] = about('rights');
    expect(first).toMatch(
      /"nobody" cannot enter \S+shut\/deep: it cannot enter \S+\/shut -> setfacl -m u:nobody:x/,
    );
    expect(second).toMatch(/"nobody" cannot write \S+up -> setfacl -m u:nobody:rwx/);
  });

  it('prints what people read, with a fix, and no color into a file', async () => {
    const conf = site.file('site.conf', SIMPLE);
    const { code, stdout } = await new Command(['doctor', '-c', conf]).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^notes {3}driver: the server would use \w+\nno problems, (?:no|\d+) warnings?\n$/m,
    );
    expect(stdout).not.toContain('\x1b');
  });
});
