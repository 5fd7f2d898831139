import { constants } from 'node:os';
import { StringDecoder } from 'node:string_decoder';
import { Alarm, type Launcher, ScriptUdata, type ScriptUdataOwner } from '@webserv/cgi';
import { ERRNO, errnoName, Interest, type Loop, Memory, type Op } from '@webserv/event-loop';
import { present } from '@webserv/methods';
import { Lines, type Wish, type Word } from './words.ts';

/** How the program is started. */
export interface WorkerProgram {
  /** An absolute path. */
  readonly file: string;
  /** All arguments, the program's own name first. */
  readonly args: readonly string[];
}

/** How a child differs from this process. */
interface Differences {
  readonly stderr?: number;
  /** Each `NAME=value`. */
  readonly env?: readonly string[];
}

/** What becomes of a worker. */
interface WorkerOwner {
  said(word: Word): void;
  /** It has ended, and said its last. Called once. @param why as a sentence goes on behind "worker 1" */
  gone(why: string): void;
}

const { SIGKILL } = constants.signals;
/** The wait until the next look at a child that the loop cannot wait for. */
const LOOK_MS = 50;

/**
 * A worker, as its parent sees it: a child that reads wishes and says words. It has a group of its own, so that a signal
 * from a terminal reaches the parent alone, which passes it on.
 */
export class WorkerProcess implements ScriptUdataOwner {
  pid = -1;
  private readonly loop: Loop;
  private readonly launcher: Launcher;
  private readonly owner: WorkerOwner;
  private readonly child: ScriptUdata;
  private input: ScriptUdata | null = null;
  private output: ScriptUdata | null = null;
  private readonly decoder = new StringDecoder();
  private readonly lines = new Lines((line) => this.owner.said(JSON.parse(line) as Word));
  private readonly look: Alarm;
  private queue: Memory[] = [];
  private written = 0;
  /** How it has ended; '' while it runs. */
  private end = '';
  private over = false;

  constructor(loop: Loop, launcher: Launcher, owner: WorkerOwner) {
    this.loop = loop;
    this.launcher = launcher;
    this.owner = owner;
    this.child = new ScriptUdata(this, -1);
    this.look = new Alarm(loop, () => this.loop.awaitChild(this.child.reading, this.pid));
  }

  /**
   * @param sockets what the child gets behind the descriptor for its words
   * @param more its standard error, if that is not the one of this process; it is closed here. Further variables
   */
  start({ file, args }: WorkerProgram, sockets: readonly number[], more: Differences = {}): void {
    const { loop, launcher } = this;
    const wishes = launcher.openChildPipe(1);
    const words = launcher.openChildPipe(0);
    const stdout = copyOf(1, loop, launcher);
    const stderr = more.stderr ?? copyOf(2, loop, launcher);
    const theirs = [stdout, stderr];
    if (typeof wishes !== 'number') theirs.push(wishes[0]);
    if (typeof words !== 'number') theirs.push(words[1]);
    const forget = (): void => {
      for (const fd of theirs) if (fd >= 0) loop.discard(fd);
    };
    this.input = typeof wishes === 'number' ? null : new ScriptUdata(this, wishes[1]);
    this.output = typeof words === 'number' ? null : new ScriptUdata(this, words[0]);
    const error = Math.min(
      ...[wishes, words, stdout, stderr].map((each) => (typeof each === 'number' ? each : 0)),
      loop.register(this.child, Interest.READ),
      this.input === null ? 0 : loop.register(this.input, Interest.WRITE),
      this.output === null ? 0 : loop.register(this.output, Interest.READ),
    );
    if (error < 0 || typeof wishes === 'number' || typeof words === 'number') {
      forget();
      this.failed(error);
      return;
    }
    const env = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
    env.push(...(more.env ?? []));
    const fds = { stdin: wishes[0], stdout, stderr, inherited: [words[1], ...sockets] };
    launcher.spawn({ file, args, env, cwd: '', ...fds, processGroup: true }, (result) => {
      forget();
      if (result < 0) {
        this.failed(result);
        return;
      }
      this.pid = result;
      loop.awaitChild(this.child.reading, result);
      this.listen();
      this.write();
      if (this.over) this.kill();
    });
  }

  /** Says one line to it. */
  tell(wish: Wish | string): void {
    this.queue.push(Memory.from(`${typeof wish === 'string' ? wish : JSON.stringify(wish)}\n`));
    if (this.queue.length === 1) this.write();
  }

  kill(): void {
    this.over = true;
    if (this.pid > 0 && this.end === '') this.launcher.killGroup(this.pid, SIGKILL);
  }

  worked(udata: ScriptUdata, op: Op): void {
    if (udata === this.child) this.ended(op);
    else if (op === udata.writing) this.wrote(op);
    else this.heard(op);
  }

  gone(): void {}

  private failed(error: number): void {
    this.loop.close(this.child);
    this.close('input');
    this.close('output');
    this.end = `cannot be started (${errnoName(error)})`;
    this.settle();
  }

  private ended(op: Op): void {
    if (op.result < 0 && op.result !== -ERRNO.ECHILD) {
      this.look.set(LOOK_MS);
      return;
    }
    const status = Math.max(op.result, 0);
    this.end = status < 256 ? `has ended with code ${status}` : `was ended by signal ${status - 256}`;
    this.loop.close(this.child);
    this.close('input');
    this.settle();
  }

  private write(): void {
    const [line] = this.queue;
    if (line === undefined || this.input === null || this.pid < 0) return;
    this.loop.write(this.input.writing, line, this.written, line.size - this.written, -1);
  }

  private wrote(op: Op): void {
    if (op.result < 0) {
      // Its end follows.
      this.close('input');
      return;
    }
    this.written += op.result;
    if (this.written === this.queue[0]?.size) {
      this.queue.shift();
      this.written = 0;
    }
    this.write();
  }

  private listen(): void {
    if (this.output !== null) this.loop.read(this.output.reading, null, 0, 0, -1);
  }

  private heard(op: Op): void {
    if (op.result <= 0) {
      this.close('output');
      this.settle();
      return;
    }
    const bytes = present(op.bytes, 'what was read').subarray(op.offset, op.offset + op.result);
    this.lines.feed(this.decoder.write(bytes));
    this.listen();
  }

  private close(which: 'input' | 'output'): void {
    const udata = this[which];
    this[which] = null;
    if (udata !== null) this.loop.close(udata);
  }

  /** What it has said last may still be on its way when it has ended. */
  private settle(): void {
    if (this.end === '' || this.output !== null) return;
    this.owner.gone(this.end);
  }
}

/** A descriptor above the three, which a child can get as one of them. */
export function copyOf(fd: number, loop: Loop, launcher: Launcher): number {
  const copy = loop.driver.duplicate(fd);
  // This process was started without it.
  return copy === -ERRNO.EBADF ? launcher.openNothing() : copy;
}
