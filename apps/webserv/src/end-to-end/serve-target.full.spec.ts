import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fetchOnce, get } from '../testing/peer.ts';

const APP = resolve(__dirname, '../..');
const ROOT = resolve(APP, '../..');

/** A program with all that it starts: a group of its own, so that whatever is left is found and ended. */
class Started {
  readonly child: ChildProcess;
  said = '';

  constructor(program: string, words: readonly string[], cwd: string) {
    // Nx runs these tests as well, and a task within a task would be a different thing.
    const own = Object.entries(process.env).filter(([name]) => !/^(NX|npm)_/i.test(name));
    const env = { ...Object.fromEntries(own), NX_DAEMON: 'false', FORCE_COLOR: '0' };
    this.child = spawn(program, words, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
      });
    }
  }

  /** The processes of its group, as `ps` shows them. */
  left(): string[] {
    const all = execFileSync('ps', ['-A', '-o', 'pgid=,stat=,args='], { encoding: 'utf8' }).split('\n');
    return all.filter((line) => new RegExp(`^\\s*${this.child.pid}\\s+[^Z]`).test(line));
  }

  async says(pattern: RegExp): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null;
    await soon(
      () => {
        found = pattern.exec(this.said);
        return found !== null;
      },
      () => `${pattern} in ${this.said}`,
    );
    return found!;
  }

  kill(): void {
    try {
      process.kill(-this.child.pid!, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  }
}

/** Waits for as long as a busy machine may need. */
async function soon(so: () => boolean, what: () => string): Promise<void> {
  for (let tries = 0; !so(); tries++) {
    if (tries > 1000) throw new Error(`waited in vain for ${what()}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => done(false)).on('error', () => done(true));
    socket.unref();
  });
}

describe('nx run webserv:serve', () => {
  let folder = '';
  let started: Started | null = null;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'webserv-serve-')));
  });

  afterEach(() => {
    started?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  function config(location: string): string {
    const file = join(folder, 'site.conf');
    writeFileSync(
      file,
      `error_log /dev/stderr;
       server { listen 127.0.0.1:0; access_log off; location / { ${location} } }`,
    );
    return file;
  }

  it('leaves no process and a free port when npx gets TERM', async () => {
    const words = [
      'nx',
      'run',
      'webserv:serve',
      '--excludeTaskDependencies',
      `--config=${config(`root ${folder};`)}`,
    ];
    started = new Started('npx', words, ROOT);
    const port = Number((await started.says(/serving on 127\.0\.0\.1:(\d+)/))[1]);
    expect(await isFree(port)).toBe(false);
    started.child.kill('SIGTERM');
    await soon(
      () => started?.left().length === 0,
      () => `the end of ${started?.left().join('\n')}`,
    );
    expect(await isFree(port)).toBe(true);
  });

  it('does not start when npx has gone before, while the server was built', async () => {
    const script = `(sleep 1; exec npm run serve -- --config=${config(`root ${folder};`)}) &`;
    started = new Started('sh', ['-c', script], APP);
    await started.says(/not started, because what asked for it has gone/);
    await soon(
      () => started?.left().length === 0,
      () => `the end of ${started?.left().join('\n')}`,
    );
    expect(started.said).not.toContain('serving on');
  });

  it('--watch builds a source that changes, takes over a config, and keeps the server if the config is wrong', async () => {
    // A copy, in which a source can change: the libraries come from the workspace.
    const app = join(folder, 'apps/webserv');
    for (const name of ['src', 'dist', 'build.mjs', 'bytecode.cjs', 'serve.mjs', 'package.json']) {
      cpSync(join(APP, name), join(app, name), {
        recursive: true,
        filter: (path) => !path.endsWith('.spec.ts'),
      });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    if (existsSync(join(APP, 'node_modules')))
      symlinkSync(join(APP, 'node_modules'), join(app, 'node_modules'));

    started = new Started(
      process.execPath,
      ['serve.mjs', '--watch', '-c', config('redirection 301 /first;')],
      app,
    );
    const answer = async (pattern: RegExp) => {
      const port = Number((await started!.says(pattern))[1]);
      return { port, ...(await fetchOnce(port, get('/'))) };
    };
    expect((await answer(/serving on 127\.0\.0\.1:(\d+)/)).head).toContain('/first');

    writeFileSync(join(app, 'src/server/version.ts'), "export const VERSION = '9.8.7';\n");
    expect((await answer(/webserv 9\.8\.7: serving on 127\.0\.0\.1:(\d+)/)).status).toBe(301);

    started.said = '';
    config('redirection 301 /second;');
    const second = await answer(/webserv 9\.8\.7: serving on 127\.0\.0\.1:(\d+)/);
    expect(second.head).toContain('/second');

    config('rooot nowhere;');
    await started.says(/unknown directive "rooot"/);
    expect((await fetchOnce(second.port, get('/'))).head).toContain('/second');
  });
});
