import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { until } from '../../testing/until.ts';

const FOLDER = '/usr/sbin';

/** Debian names it after its version: php-fpm8.2. '' where there is none. */
export const PHP_FPM = existsSync(FOLDER)
  ? (readdirSync(FOLDER)
      .filter((name) => name.startsWith('php-fpm'))
      .map((name) => join(FOLDER, name))[0] ?? '')
  : '';

/** A pool of PHP-FPM below a folder of the test. */
export class PhpFpm {
  readonly socket: string;
  private readonly config: string;
  private child: ChildProcess | null = null;

  constructor(folder: string, children = 3) {
    this.socket = join(folder, 'php.sock');
    this.config = join(folder, 'php-fpm.conf');
    const pool = [
      'pm = static',
      `pm.max_children = ${children}`,
      'catch_workers_output = yes',
      'clear_env = yes',
    ];
    // Without a log of its own PHP sends what it reports to the server.
    writeFileSync(
      this.config,
      `[global]\nerror_log = ${folder}/php-fpm.log\ndaemonize = no\n[www]\nlisten = ${this.socket}\n${pool.join('\n')}\n`,
    );
  }

  /** Resolves once it answers. */
  async start(): Promise<void> {
    const asRoot = process.getuid?.() === 0 ? ['-R'] : [];
    const child = spawn(PHP_FPM, [...asRoot, '-y', this.config, '-F', '-d', 'session.save_path=/tmp'], {
      stdio: 'ignore',
    });
    this.child = child;
    await until(() => existsSync(this.socket) || child.exitCode !== null);
    while (child.exitCode === null && !(await this.answers()));
    if (child.exitCode !== null) throw new Error(`PHP-FPM ended with ${child.exitCode}`);
  }

  /** Ends its processes, and what they are doing. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Begins anew, as after a change of its configuration: what is under way ends. */
  reload(): void {
    this.child?.kill('SIGUSR2');
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.socket, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => setImmediate(resolve, false));
    });
  }
}
