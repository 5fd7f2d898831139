import { type ChildProcess, spawn } from 'node:child_process';
import { which } from './machine/which.ts';

interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const inFlight = new Set<ChildProcess>();

/** Pins `command` to one CPU, unless there is no taskset or `core` is null. taskset execs, so the pid is the server's. */
export function pinned(command: readonly string[], core: number | null): readonly string[] {
  const taskset = which('taskset');
  return core === null || taskset === '' ? command : [taskset, '-c', String(core), ...command];
}

/** Starts a program of the lab's own (load, tracer). `endRuns` ends it if it still runs. */
export function begin(
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  input: 'ignore' | 'pipe' = 'ignore',
): ChildProcess {
  return track(spawn(command[0]!, command.slice(1), { stdio: [input, 'pipe', 'pipe'], env }));
}

export function track(child: ChildProcess): ChildProcess {
  inFlight.add(child);
  child.once('close', () => inFlight.delete(child));
  return child;
}

/** Runs a program to its end. A failing program is an answer too, and no exception. */
export function run(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Output> {
  const child = begin(command, env);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  return new Promise((resolve) => {
    const end = (code: number | null, more = '') => {
      const stderr = Buffer.concat(err).toString() + more;
      resolve({ code: code ?? -1, stdout: Buffer.concat(out).toString(), stderr });
    };
    child.once('error', (error) => end(-1, error.message));
    child.once('close', (code) => end(code));
  });
}

/** Ends every program that was begun or tracked and still runs. */
export function endRuns(): void {
  for (const child of inFlight) child.kill('SIGTERM');
}
