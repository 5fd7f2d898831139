import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { USERS } from '../testing/accounts.ts';
import { TestSite } from '../testing/site.ts';
import { Visitor } from './testing/visitor.ts';

const CGIT = '/usr/lib/cgit/cgit.cgi';
const BACKEND = '/usr/lib/git-core/git-http-backend';
const PATIENCE = 60_000;

/** With a home of its own, so that nothing of the account's settings reaches git. */
function environment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    GIT_AUTHOR_NAME: 'An Author',
    GIT_AUTHOR_EMAIL: 'author@example.org',
    GIT_COMMITTER_NAME: 'An Author',
    GIT_COMMITTER_EMAIL: 'author@example.org',
    GIT_CONFIG_NOSYSTEM: '1',
    // It asks nobody for a password.
    GIT_TERMINAL_PROMPT: '0',
  };
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, env: environment(folder), encoding: 'utf8' });
}

/** Runs git as a client of the server, which runs in this process. */
function gitOver(folder: string, ...args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('git', args, { cwd: folder, env: environment(folder) }, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

function hasGit(): boolean {
  try {
    execFileSync('git', ['--version']);
    return true;
  } catch {
    return false;
  }
}

// Skipped where cgit and git are not installed (Debian: cgit, git).
(existsSync(CGIT) && existsSync(BACKEND) && hasGit() ? describe : describe.skip)(
  'cgit and git, in a folder whose every file is a script, and mounted',
  () => {
    const site = new TestSite();
    let visitor: Visitor;

    beforeAll(() => {
      const work = join(site.folder, 'work');
      mkdirSync(work);
      git(work, 'init', '--quiet', '--initial-branch=main', '.');
      writeFileSync(join(work, 'hello.txt'), 'hello from the tree\n');
      git(work, 'add', 'hello.txt');
      git(work, 'commit', '--quiet', '--message=The first commit');
      mkdirSync(join(site.folder, 'repositories'));
      git(site.folder, 'clone', '--quiet', '--bare', work, 'repositories/project.git');
      git(join(site.folder, 'repositories/project.git'), 'update-server-info');
      mkdirSync(join(site.folder, 'private'));
      git(site.folder, 'clone', '--quiet', '--bare', work, 'private/project.git');
      site.file('users', USERS);
      const rules = [
        'virtual-root=/git/cgit.cgi',
        'enable-http-clone=1',
        'snapshots=tar.gz',
        'cache-size=0',
        'css=/cgit.css',
        `scan-path=${join(site.folder, 'repositories')}`,
      ];
      site.file('programs/cgitrc', `${rules.join('\n')}\n`);
      site.file('mounted/cgitrc', `${rules.join('\n')}\n`.replace('/git/cgit.cgi', '/browse'));
      git(join(site.folder, 'repositories/project.git'), 'config', 'http.receivepack', 'true');
      const program = `#!/bin/sh\nCGIT_CONFIG='${join(site.folder, 'programs/cgitrc')}' exec ${CGIT}\n`;
      writeFileSync(site.file('programs/cgit.cgi'), program);
      execFileSync('chmod', ['755', join(site.folder, 'programs/cgit.cgi')]);
      const port = site.start(`
server {
    listen 127.0.0.1:0;
    access_log off;
    error_log error.log;
    location / { root /usr/share/cgit; method GET; }
    location /git { root programs; cgi *; default_file cgit.cgi; method GET POST; }
    location /browse {
        root repositories;
        script ${CGIT};
        env CGIT_CONFIG ${join(site.folder, 'mounted/cgitrc')};
        compress_scripts gzip;
    }
    location /mounted {
        root repositories;
        script ${BACKEND};
        env GIT_PROJECT_ROOT ${join(site.folder, 'repositories')};
        env GIT_HTTP_EXPORT_ALL 1;
        method GET POST;
    }
    location /staff {
        root private;
        script ${BACKEND};
        env GIT_PROJECT_ROOT ${join(site.folder, 'private')};
        env GIT_HTTP_EXPORT_ALL 1;
        method GET POST;
        auth_basic staff;
        auth_file users;
        body_size 10m;
    }
    # Without GIT_PROJECT_ROOT git takes PATH_TRANSLATED.
    location /translated { root repositories; script ${BACKEND}; env GIT_HTTP_EXPORT_ALL 1; method GET POST; }
}`);
      visitor = new Visitor(port);
    });

    afterAll(() => site.close());

    it.each([
      ['/git/', 'the default file'],
      ['/git/cgit.cgi/', 'the program'],
    ])(
      'lists the repositories at %s, which is %s',
      async (path) => {
        const answer = await visitor.ask(path);
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          200,
          'text/html; charset=UTF-8',
        ]);
        expect(await answer.text()).toContain('project.git');
      },
      PATIENCE,
    );

    it(
      'shows the log, a file and a snapshot, by what stands behind its name in the path',
      async () => {
        const log = await visitor.ask('/git/cgit.cgi/project.git/log/');
        expect(await log.text()).toContain('The first commit');
        const plain = await visitor.ask('/git/cgit.cgi/project.git/plain/hello.txt');
        expect(await plain.text()).toBe('hello from the tree\n');
        const snapshot = await visitor.ask('/git/cgit.cgi/project.git/snapshot/project-main.tar.gz');
        const archive = gunzipSync(Buffer.from(await snapshot.arrayBuffer()));
        expect(archive.includes('hello from the tree')).toBe(true);
      },
      PATIENCE,
    );

    it(
      'can be cloned from',
      async () => {
        const url = `http://127.0.0.1:${visitor.port}/git/cgit.cgi/project.git`;
        await gitOver(site.folder, 'clone', '--quiet', url, 'copy');
        expect(readFileSync(join(site.folder, 'copy/hello.txt'), 'utf8')).toBe('hello from the tree\n');
      },
      PATIENCE,
    );

    it.each(['mounted', 'translated'])(
      'stands beside git itself, mounted at /%s, for clones and pushes',
      async (name) => {
        const url = `http://127.0.0.1:${visitor.port}/${name}/project.git`;
        const folder = join(site.folder, name);
        mkdirSync(folder, { recursive: true });
        await gitOver(folder, 'clone', '--quiet', url, 'copy');
        const copy = join(folder, 'copy');
        writeFileSync(join(copy, `${name}.txt`), `pushed through ${name}\n`);
        git(copy, 'add', '.');
        git(copy, 'commit', '--quiet', `--message=Through ${name}`);
        await gitOver(copy, 'push', '--quiet', url, 'main');
        const plain = await visitor.ask(`/browse/project.git/plain/${name}.txt`);
        expect(await plain.text()).toBe(`pushed through ${name}\n`);
      },
      PATIENCE,
    );

    it(
      'takes pushes of who has an account, and nothing of others',
      async () => {
        const url = (who: string) => `http://${who}127.0.0.1:${visitor.port}/staff/project.git`;
        await expect(gitOver(site.folder, 'clone', '--quiet', url(''), 'none')).rejects.toThrow();
        await expect(gitOver(site.folder, 'clone', '--quiet', url('anna:wrong@'), 'none')).rejects.toThrow();
        await gitOver(site.folder, 'clone', '--quiet', url('anna:secret@'), 'staff');
        const copy = join(site.folder, 'staff');
        // More than git sends in one piece: it then asks first, and sends the rest in chunks.
        writeFileSync(join(copy, 'large.bin'), randomBytes(3 << 20));
        git(copy, 'add', '.');
        git(copy, 'commit', '--quiet', '--message=Of a member');
        // Without http.receivepack git takes pushes of users alone, by REMOTE_USER.
        await gitOver(copy, 'push', '--quiet', url('anna:secret@'), 'main');
        const pushed = git(join(site.folder, 'private/project.git'), 'log', '-1', '--format=%s', 'main');
        expect(pushed.trim()).toBe('Of a member');
        await expect(gitOver(copy, 'fetch', '--quiet', url('anna:wrong@'))).rejects.toThrow();
      },
      PATIENCE,
    );

    it(
      'is mounted as it is, configured by a variable, and its pages are compressed',
      async () => {
        const list = await visitor.ask('/browse/');
        expect([list.status, list.headers.get('content-encoding')]).toEqual([200, 'gzip']);
        expect(await list.text()).toContain("href='/browse/project.git/'");
        const log = await visitor.ask('/browse/project.git/log/');
        expect(await log.text()).toContain('The first commit');
      },
      PATIENCE,
    );

    it(
      'never has what lies beside it sent',
      async () => {
        const answer = await visitor.ask('/git/cgitrc');
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(await answer.text()).not.toContain('scan-path');
      },
      PATIENCE,
    );

    it(
      'has its style sheet sent from where that is a file',
      async () => {
        const answer = await visitor.ask('/cgit.css');
        expect([answer.status, await answer.text()]).toEqual([
          200,
          readFileSync('/usr/share/cgit/cgit.css', 'utf8'),
        ]);
      },
      PATIENCE,
    );
  },
);
