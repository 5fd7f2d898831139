import { constants } from 'node:os';
import { ERRNO, Interest, type Loop, type Op } from '@webserv/event-loop';
import { present } from '@webserv/methods';
import { Alarm } from './alarm.ts';
import type { Launcher } from './launcher.ts';
import { ChildInput, ChildOutput } from './pipe.ts';
import type { ProcessOwner, Program, Run } from './run.ts';
import { ScriptUdata, type ScriptUdataOwner } from './script-udata.ts';
import { StderrLines } from './stderr-lines.ts';

/** Milliseconds between TERM and KILL. */
export const KILL_MS = 1000;
/** After the script has ended, its pipe is read for this long if another process that it started holds the pipe open. */
export const ORPHAN_MS = 1000;
/**
 * Milliseconds between two looks at a child that the loop cannot wait for: no descriptor is left, or the system has no way
 * to watch it. The first interval is short because most scripts are; it doubles up to the second figure.
 */
const COLLECT_FIRST_MS = 1;
const COLLECT_MS = 50;

const { SIGTERM, SIGKILL } = constants.signals;

/**
 * A running script: a child in its own process group. It is always collected, even if its output is not wanted any more.
 *
 *     starting -> running --end(): TERM--> ending --1 s: KILL--> ...      both --exit--> collected
 */
export class ScriptProcess implements Run, ScriptUdataOwner {
  pid = -1;
  /** The server's ends of the pipes, for the owner to register; -1 if there is none. */
  stdin = -1;
  stdout = -1;
  /** The child has ended and is collected. */
  exited = false;
  /** The status that `ProcessOwner.exited` got. */
  status = 0;
  /** `end` or `kill` was called. */
  ending = false;
  private readonly loop: Loop;
  private readonly launcher: Launcher;
  private readonly owner: ProcessOwner;
  private readonly child: ScriptUdata;
  /** The child's ends of the pipes, until it has started. */
  private theirs: readonly number[] = [];
  private stderr: ScriptUdata | null = null;
  private readonly lines: StderrLines;
  private readonly alarm: Alarm;
  /** The time of the next look at a child that the loop cannot wait for. */
  private readonly look: Alarm;
  private lookIn = COLLECT_FIRST_MS;

  constructor(loop: Loop, launcher: Launcher, owner: ProcessOwner) {
    this.loop = loop;
    this.launcher = launcher;
    this.owner = owner;
    this.child = new ScriptUdata(this, -1);
    this.lines = new StderrLines((line) => owner.said(line));
    this.alarm = new Alarm(loop, () => this.rang());
    this.look = new Alarm(loop, () => this.collect());
  }

  start(program: Program): void {
    const pipes = openPipes(this.launcher, program.stdin < 0, this.loop);
    if (typeof pipes === 'number') {
      this.owner.notStarted(pipes);
      return;
    }
    const { input, output, errors } = pipes;
    this.stdin = input[1];
    this.stdout = output[0];
    this.stderr = new ScriptUdata(this, errors[0]);
    this.theirs = [input[0], output[1], errors[1]];
    const error = this.prepare();
    if (error < 0) {
      this.launched(error);
      return;
    }
    const { file, args, env, cwd } = program;
    const stdin = program.stdin < 0 ? input[0] : program.stdin;
    const request = { file, args, env, cwd, stdin, stdout: output[1], stderr: errors[1], processGroup: true };
    this.launcher.spawn(request, (result) => this.launched(result));
  }

  get input(): ChildInput {
    return new ChildInput(this.loop, this.stdin);
  }

  get output(): ChildOutput {
    return new ChildOutput(this.loop, this.stdout);
  }

  /** True if a signal ended the child. */
  get killed(): boolean {
    return this.status >= 256;
  }

  /** Sends TERM to the whole group, and KILL after `KILL_MS` if the child still runs. */
  end(): void {
    if (this.ending || this.exited) return;
    this.ending = true;
    // Until the child has started there is no process to signal.
    if (this.pid > 0) this.terminate();
  }

  /** Sends KILL to the whole group. */
  kill(): void {
    this.ending = true;
    if (!this.exited && this.pid > 0) this.launcher.killGroup(this.pid, SIGKILL);
  }

  worked(worker: ScriptUdata, op: Op): void {
    if (worker === this.child) this.childEnded(op);
    else this.heard(op);
  }

  /** If the loop itself dropped stderr, there is nothing left to wait for. */
  gone(worker: ScriptUdata): void {
    if (worker === this.stderr) this.alarm.stop();
  }

  // ---- start -------------------------------------------------------------------------------------------------

  /** Registers the udata before the child starts: once the child runs, nothing may fail. */
  private prepare(): number {
    const error = this.loop.register(this.child, Interest.READ);
    if (error < 0) return error;
    return this.loop.register(present(this.stderr, 'stderr'), Interest.READ);
  }

  /** @param result the pid, or -errno */
  private launched(result: number): void {
    // The child has copies of these ends now. A read reports the end of its output only after the server closed its own.
    for (const fd of this.theirs) if (fd >= 0) this.loop.discard(fd);
    this.theirs = [];
    if (result < 0) {
      this.undo();
      this.owner.notStarted(result);
      return;
    }
    this.pid = result;
    this.collect();
    this.listen();
    if (this.ending) {
      this.discardPipes();
      this.terminate();
    } else this.owner.started();
  }

  private terminate(): void {
    this.launcher.killGroup(this.pid, SIGTERM);
    this.alarm.set(KILL_MS);
  }

  private discardPipes(): void {
    if (this.stdin >= 0) this.loop.discard(this.stdin);
    if (this.stdout >= 0) this.loop.discard(this.stdout);
    this.stdin = -1;
    this.stdout = -1;
  }

  private undo(): void {
    this.discardPipes();
    this.closeStderr();
    this.loop.close(this.child);
  }

  // ---- end ---------------------------------------------------------------------------------------------------

  private collect(): void {
    this.loop.awaitChild(this.child.reading, this.pid);
  }

  private childEnded(op: Op): void {
    // ECHILD: the child is already collected (SIGCHLD is ignored), so there is nothing to wait for.
    if (op.result < 0 && op.result !== -ERRNO.ECHILD) {
      this.look.set(this.lookIn);
      this.lookIn = Math.min(2 * this.lookIn, COLLECT_MS);
      return;
    }
    // If the server ended the script, it ends the rest of the script's group too. No other process can have this pid so
    // soon after it was collected: the system hands out all other pids first.
    if (this.ending) this.launcher.killGroup(this.pid, SIGKILL);
    this.exited = true;
    this.status = Math.max(op.result, 0);
    this.loop.close(this.child);
    if (this.stderr === null) this.alarm.stop();
    else this.alarm.set(ORPHAN_MS);
    if (this.killed && !this.ending) this.owner.said(`ended by ${signalName(this.status - 256)}`);
    this.owner.exited(this.status);
  }

  private rang(): void {
    if (this.exited) this.closeStderr();
    else this.launcher.killGroup(this.pid, SIGKILL);
  }

  // ---- stderr ------------------------------------------------------------------------------------------------

  /** Reads stderr all the time, even if no line is reported: a full pipe would block the script. */
  private listen(): void {
    this.loop.read(present(this.stderr, 'stderr').reading, null, 0, 0, -1);
  }

  private heard(op: Op): void {
    if (op.result <= 0) {
      this.closeStderr();
      return;
    }
    this.lines.feed(present(op.bytes, 'what was read'), op.offset, op.offset + op.result, this.loop.now);
    this.listen();
  }

  private closeStderr(): void {
    const { stderr } = this;
    if (stderr === null) return;
    this.stderr = null;
    this.loop.close(stderr);
    if (this.exited) this.alarm.stop();
    this.lines.end(this.loop.now);
  }
}

type Pipe = readonly [readEnd: number, writeEnd: number];

interface Pipes {
  /** Twice -1 if the script reads another descriptor. */
  readonly input: Pipe;
  readonly output: Pipe;
  readonly errors: Pipe;
}

const NO_PIPE: Pipe = [-1, -1];

/** @returns the pipes; -errno if one of them could not be made, and then none is open */
function openPipes(launcher: Launcher, withInput: boolean, loop: Loop): Pipes | number {
  const input = withInput ? launcher.openChildPipe(1) : NO_PIPE;
  if (typeof input === 'number') return input;
  const output = launcher.openChildPipe(0);
  if (typeof output === 'number') {
    discard(loop, input);
    return output;
  }
  const errors = launcher.openChildPipe(0);
  if (typeof errors !== 'number') return { input, output, errors };
  discard(loop, input);
  discard(loop, output);
  return errors;
}

function discard(loop: Loop, pipe: Pipe): void {
  if (pipe === NO_PIPE) return;
  loop.discard(pipe[0]);
  loop.discard(pipe[1]);
}

function signalName(number: number): string {
  for (const [name, value] of Object.entries(constants.signals)) if (value === number) return name;
  return `signal ${number}`;
}
