import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The built command, as an operator starts it: the `test` target depends on `build`. */
const MAIN = resolve(__dirname, '../../dist/main.js');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How it is started, where that is not as usual. */
interface How {
  /** What the shell runs before it becomes the server, such as `ulimit -n 64`. */
  readonly limit?: string;
  /** Another build than the usual one. */
  readonly main?: string;
  /** Its working directory. */
  readonly cwd?: string;
  /** A program with its words that runs it, such as `ip netns exec NAME`. */
  readonly within?: readonly string[];
}

const all: Command[] = [];

// A test that fails may leave its command behind.
afterAll(() => {
  for (const each of all) each.kill('SIGKILL');
});

/** The command at work in a process of its own. */
export class Command {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private stderr = '';
  private wake: () => void = () => {};

  constructor(
    words: string[],
    env: NodeJS.ProcessEnv = {},
    { limit = '', main = MAIN, cwd, within = [] }: How = {},
  ) {
    if (!existsSync(main)) throw new Error(`${main} is missing: run "npx nx build webserv" first`);
    const [program, ...before] = [
      ...within,
      ...(limit === '' ? [] : ['/bin/sh', '-c', `${limit}; exec "$0" "$@"`]),
      process.execPath,
    ];
    this.child = spawn(program as string, [...before, main, ...words], {
      // A terminal of whoever runs the tests colors nothing.
      env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    all.push(this);
    let stdout = '';
    this.child.stdout?.on('data', (bytes) => {
      stdout += bytes;
    });
    this.child.stderr?.on('data', (bytes) => {
      this.stderr += bytes;
      this.wake();
    });
    this.ended = new Promise((done) => {
      this.child.on('close', (code) => {
        this.wake();
        done({ code, stdout, stderr: this.stderr });
      });
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** The port that it says it serves on. */
  async port(): Promise<number> {
    return Number((await this.says(/serving on \S*:(\d+)/))[1]);
  }

  /** Waits until it has said something on its standard error. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stderr);
      if (found !== null) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(this.stderr);
      await new Promise<void>((done) => {
        this.wake = done;
      });
    }
  }

  /** Writes all that it reads on its standard input. */
  type(text: string): void {
    this.child.stdin?.end(text);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
