import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadText } from '@webserv/config';
import { folderWith } from '../testing/folder.ts';
import { readWords } from '../words.ts';
import { type FolderAsk, folderAsk } from './ask.ts';
import { Folder } from './folder.ts';
import { greeting } from './greeting.ts';
import { clickable, listensOf, namesOf } from './listens.ts';
import type { Machine } from './machine.ts';
import { ownCertificate } from './own-certificate.ts';

const MACHINE: Machine = { name: 'Lamp.local', ipv4: ['192.0.2.7'], ipv6: ['2001:db8::7'] };
const DAY_MS = 86_400_000;

function ask(...line: string[]): FolderAsk {
  const words = readWords(line);
  if (typeof words === 'string') throw new Error(words);
  return folderAsk(words);
}

describe('a folder', () => {
  let site: ReturnType<typeof folderWith>;

  beforeEach(() => {
    site = folderWith({ 'with page/index.html': '', 'plain/a.txt': '', file: '', a$b: '', '.hidden é': '' });
  });

  afterEach(() => site.remove());

  const text = (line: string[], terminal = false): string =>
    new Folder(ask(...line), MACHINE, terminal).text(8080);

  it('is listed, for this machine alone', () => {
    expect(text([join(site.path, 'plain')])).toBe(`error_log /dev/stderr warn;
server {
  listen 127.0.0.1:8080;
  access_log /dev/stdout;
  location / {
    root ${site.path}/plain;
    default_file index.html;
    auto_index missing;
  }
}
`);
  });

  it('has its page, uploads and a log to read along', () => {
    expect(text([join(site.path, 'with page'), '--host', '--upload'], true)).toBe(`error_log /dev/stderr warn;
server {
  listen 0.0.0.0:8080;
  listen [::]:8080;
  access_log /dev/stdout short flush=50ms;
  location / {
    root "${site.path}/with page";
    default_file index.html;
    auto_index missing;
    method GET POST;
    upload_path "${site.path}/with page";
    body_size 16g;
  }
}
`);
  });

  it('is a configuration that loads without a warning', () => {
    const printed = text([join(site.path, 'plain'), `--upload=${site.path}`]);
    const result = loadText(printed, '/elsewhere/webserv.conf');
    expect(result).toMatchObject({ ok: true, warnings: [] });
    const { config } = { config: new Folder(ask(join(site.path, 'plain')), MACHINE, false).config(8080) };
    expect(config.servers[0]?.locations[0]?.root).toBe(join(site.path, 'plain'));
  });

  it('answers for the routes of an application', () => {
    expect(text([join(site.path, 'with page'), '--spa'])).toContain(
      '    default_file index.html;\n    spa index.html;\n',
    );
  });

  it('is a file alone', () => {
    expect(text([join(site.path, 'file')])).toContain(
      `    root ${site.path};\n    try_files /file =404;\n  }`,
    );
    const hidden = new Folder(ask(join(site.path, '.hidden é')), MACHINE, false);
    expect(hidden.text(80)).toContain('    try_files "/.hidden é" =404;\n    dotfiles on;\n');
    expect(hidden.config(80).servers).toHaveLength(1);
    expect(hidden.urls(80).here).toEqual(['http://127.0.0.1/.hidden%20%C3%A9']);
  });

  it('lets in one user', () => {
    const folder = new Folder(ask(join(site.path, 'plain'), '--auth', "o'hara"), MACHINE, false);
    const asked = '  auth_basic webserv;\n  auth_file ';
    expect(folder.text(8080, '/run/users')).toContain(`${asked}/run/users;\n  location / {`);
    const [comment, ...rest] = folder.printed(8080).split('\n');
    expect(comment).toBe(
      `# "webserv passwd .htpasswd 'o'\\''hara'" makes the file of auth_file, in the folder of this file.`,
    );
    expect(rest.join('\n')).toBe(folder.text(8080, '.htpasswd'));
  });

  it.each([
    ['an:na', 'there is a ":" in the name of the user'],
    ['an\nna', 'there is a control character in the name of the user'],
    ['', 'the user has no name'],
  ])('has no user %j', (user, problem) => {
    expect(readWords([`--auth=${user}`])).toBe(
      `--auth is "${user}": expected a name that a file of users can hold, but ${problem}`,
    );
  });

  it('lets other sites read it', () => {
    expect(text([site.path, '--cors'])).toContain('    cors *;\n');
  });

  it.each<[string[], string]>([
    [['none'], '"none" is no folder and no file'],
    [['file', '--spa'], '--spa is about a folder, and "file" is a file'],
    [['file', '--upload'], '"file" is a file: name the folder for uploads, --upload=DIR'],
    [['a$b'], '"a$b" cannot be served alone: its name has $, ?, # or a control'],
    [['plain', '--spa'], '--spa answers with index.html, and "plain" has none'],
    [['plain', '--upload=none'], 'there is no folder "none" for uploads: make it first'],
  ])('%j is refused', (line, problem) => {
    const before = process.cwd();
    process.chdir(site.path);
    expect(() => text(line)).toThrow(problem);
    process.chdir(before);
  });

  it('tries one port, or a hundred', () => {
    const ports = (...line: string[]): number[] =>
      new Folder(ask(site.path, ...line), MACHINE, false).ports();
    expect(ports()).toEqual([8080]);
    expect(ports('-p', '0', '--port-auto')).toEqual([0]);
    expect(ports('--port-auto')).toHaveLength(100);
    expect(ports('--port-auto', '-p', '65534')).toEqual([65_534, 65_535]);
    const folder = new Folder(ask(site.path, '-p', '80'), MACHINE, false);
    expect(folder.taken(80)).toBe(
      'port 80 is taken by another program; choose another with -p PORT, or take the next free one with --port-auto',
    );
  });

  it('greets', () => {
    const asked = ask(site.path, '--host', '--upload', '--qr');
    const folder = new Folder(asked, MACHINE, true);
    const facts = {
      version: '1.2.3',
      driver: 'epoll',
      ask: asked,
      place: folder.place,
      urls: folder.urls(8080),
    };
    const plain = greeting({ ...facts, colored: false });
    expect(plain).toContain(`webserv 1.2.3 serves ${site.path} (epoll)

  on this machine    http://127.0.0.1:8080/
  on other machines  http://192.0.2.7:8080/
  on other machines  http://[2001:db8::7]:8080/

  uploads go to ${site.path}: curl -F file=@NAME http://127.0.0.1:8080/
`);
    expect(plain).not.toContain('password');
    const guarded = { ...asked, auth: 'an na' };
    expect(greeting({ ...facts, ask: guarded, colored: false })).toContain(`
  an na may come in, with the password
  the password travels readable: --tls encrypts it

  uploads go to ${site.path}: curl -u 'an na' -F file=@NAME http://127.0.0.1:8080/
`);
    expect(plain).toMatch(/█▄+█/);
    expect(plain).not.toContain('\x1b');
    expect(greeting({ ...facts, colored: true })).toContain('\x1b[36mhttp://127.0.0.1:8080/\x1b[0m');
  });

  it('does not let the name of a folder command the terminal', () => {
    mkdirSync(join(site.path, 'x\x1b[2J'));
    const asked = ask(join(site.path, 'x\x1b[2J'));
    const place = { root: join(site.path, 'x\x1b[2J'), file: '', upload: '' };
    const urls = { here: [], network: [] };
    expect(greeting({ version: '', driver: '', ask: asked, place, urls, colored: false })).not.toContain(
      '\x1b',
    );
  });
});

describe('addresses', () => {
  it.each<[string[], string[], string[]]>([
    [[], ['127.0.0.1:80'], ['http://127.0.0.1/']],
    [['--tls'], ['127.0.0.1:80 tls'], ['https://127.0.0.1:80/']],
    [['--host=::1'], ['[::1]:80'], ['http://[::1]/']],
    [['--host=192.0.2.7'], ['192.0.2.7:80'], ['http://192.0.2.7/']],
    [
      ['--host'],
      ['0.0.0.0:80', '[::]:80'],
      ['http://127.0.0.1/', 'http://192.0.2.7/', 'http://[2001:db8::7]/'],
    ],
  ])('of %j', (line, listens, urls) => {
    expect(listensOf(ask(...line), 80, MACHINE).map((words) => words.join(' '))).toEqual(listens);
    const { here, network } = clickable(ask(...line), 80, MACHINE);
    expect([...here, ...network]).toEqual(urls);
  });

  it('are one where the system chooses the port, or has no IPv6', () => {
    expect(listensOf(ask('--host'), 0, MACHINE)).toEqual([['0.0.0.0:0']]);
    expect(listensOf(ask('--host'), 80, { ...MACHINE, ipv6: [] })).toEqual([['0.0.0.0:80']]);
    const folder = new Folder(ask('--host', '-p', '0'), MACHINE, false);
    expect(folder.urls(5000).network).toEqual(['http://192.0.2.7:5000/']);
  });

  it('are names of a certificate', () => {
    expect(namesOf(ask(), MACHINE)).toEqual(['localhost', '127.0.0.1', '::1']);
    expect(namesOf(ask('--host'), MACHINE)).toEqual([
      ...['localhost', '127.0.0.1', '::1', 'lamp.local', '192.0.2.7', '2001:db8::7'],
    ]);
    expect(namesOf(ask('--host'), { ...MACHINE, name: 'under_score' })).not.toContain('under_score');
  });
});

describe('the certificate of --tls', () => {
  it('is kept for its owner alone, and replaced when it ends or a name is missing', () => {
    const { path, remove } = folderWith({});
    const env = { XDG_STATE_HOME: path };
    const now = Date.now();
    const file = ownCertificate(['localhost', '127.0.0.1'], now, env);
    expect(file).toBe(join(path, 'webserv/self-signed.pem'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const first = readFileSync(file, 'utf8');
    ownCertificate(['127.0.0.1'], now + 60 * DAY_MS, env);
    expect(readFileSync(file, 'utf8')).toBe(first);
    ownCertificate(['127.0.0.1'], now + 84 * DAY_MS, env);
    const second = readFileSync(file, 'utf8');
    expect(second).not.toBe(first);
    ownCertificate(['127.0.0.1', '192.0.2.1'], now + 84 * DAY_MS, env);
    expect(readFileSync(file, 'utf8')).not.toBe(second);
    remove();
    expect(existsSync(file)).toBe(false);
  });

  it('says where it cannot be stored', () => {
    const { path, remove } = folderWith({ webserv: '' });
    expect(() => ownCertificate(['localhost'], 0, { XDG_STATE_HOME: path })).toThrow(
      'the certificate for --tls cannot be stored: EEXIST',
    );
    remove();
  });
});
