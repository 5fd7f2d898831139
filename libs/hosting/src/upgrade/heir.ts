import { writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { Alarm, type Launcher, ScriptUdata, type ScriptUdataOwner } from '@webserv/cgi';
import { errnoName, Interest, type Loop, type Op } from '@webserv/event-loop';
import { present } from '@webserv/methods';
import type { Engine } from '../process/engine.ts';
import { copyOf, WorkerProcess, type WorkerProgram } from '../workers/worker-process.ts';
import { passedOn, VARIABLE, type Will } from './will.ts';

/** It must serve by then: as long as it starts, the server turns to no other config. */
const START_MS = 60_000;
/** What it printed last may still be on its way when it has ended. A child of it may hold the pipe open for longer. */
const LAST_WORDS_MS = 1000;
/** Characters of what it prints that a report shows at most. */
const PRINTED_MAX = 16_384;
const STDERR = 2;

/** What becomes of an heir: it serves, as this software; or it does not, and has ended. */
type Outcome = { readonly software: string } | { readonly problem: string };

/** How the process is started that is to follow this one, and who hears of it. */
export interface Successor {
  readonly program: WorkerProgram;
  /** Further variables, each `NAME=value`. */
  readonly env: readonly string[];
  /** It serves, and this process no longer speaks for the server. */
  succeeded(pid: number): void;
}

/**
 * A process of the program as the disk has it now, which is to follow this one. It gets the listening sockets, and starts
 * while this one serves.
 *
 *     starting -> serving -> confirmed        starting --it ends, or takes too long--> gone
 */
export class Heir implements ScriptUdataOwner {
  private readonly loop: Loop;
  private readonly launcher: Launcher;
  private readonly child: WorkerProcess;
  private readonly late: Alarm;
  private readonly lastWords: Alarm;
  private readonly decoder = new StringDecoder();
  private done: (outcome: Outcome) => void = () => {};
  /** Its standard error. Null when that has ended. */
  private errors: ScriptUdata | null = null;
  private printed = '';
  private why = '';

  constructor({ loop, system: { launcher } }: Engine) {
    this.loop = loop;
    this.launcher = launcher;
    this.child = new WorkerProcess(loop, launcher, {
      said: (word) => {
        if (word.is === 'follows') this.settle({ software: word.software });
      },
      gone: (why) => this.ended(why),
    });
    this.late = new Alarm(loop, () => {
      this.why = 'has not come to serve in time, and was ended';
      this.child.kill();
    });
    this.lastWords = new Alarm(loop, () => this.failed());
  }

  /** Starts it, and waits until it serves, or has ended. @param ms how long it may take */
  start({ program, env }: Pick<Successor, 'program' | 'env'>, will: Will, ms = START_MS): Promise<Outcome> {
    return new Promise((done) => {
      this.done = done;
      this.late.set(ms);
      this.begin(program, will, env);
    });
  }

  get pid(): number {
    return this.child.pid;
  }

  /** All that was this server's is its own now. */
  confirm(): void {
    this.child.tell('yours');
  }

  kill(): void {
    this.child.kill();
  }

  worked(udata: ScriptUdata, op: Op): void {
    if (op.result <= 0) {
      this.errors = null;
      this.loop.close(udata);
      if (this.why !== '') this.failed();
      return;
    }
    const bytes = present(op.bytes, 'what was read').subarray(op.offset, op.offset + op.result);
    passOn(bytes);
    if (this.printed.length < PRINTED_MAX) this.printed += this.decoder.write(bytes);
    this.loop.read(udata.reading, null, 0, 0, -1);
  }

  gone(): void {}

  private begin(program: WorkerProgram, will: Will, env: readonly string[]): void {
    const { loop, launcher } = this;
    const pipe = launcher.openChildPipe(0);
    if (typeof pipe === 'number') {
      this.ended(`cannot be started (${errnoName(pipe)})`);
      return;
    }
    const [ours, stderr] = pipe;
    const errors = new ScriptUdata(this, ours);
    this.errors = errors;
    loop.register(errors, Interest.READ);
    const passed = passedOn(will);
    const real = copyOf(STDERR, loop, launcher);
    this.child.tell(JSON.stringify(passed.will));
    const variables = [...env, `${VARIABLE}=${process.pid}`];
    this.child.start(program, [real, ...passed.fds], { stderr, env: variables });
    loop.discard(real);
    loop.read(errors.reading, null, 0, 0, -1);
  }

  private ended(why: string): void {
    if (this.why === '') this.why = why;
    if (this.errors === null) this.failed();
    else this.lastWords.set(LAST_WORDS_MS);
  }

  private failed(): void {
    this.lastWords.stop();
    const { errors } = this;
    this.errors = null;
    if (errors !== null) this.loop.close(errors);
    const printed = this.printed.trimEnd();
    this.settle({ problem: `the new program ${this.why}${printed === '' ? '' : `:\n${printed}`}` });
  }

  private settle(outcome: Outcome): void {
    this.late.stop();
    this.done(outcome);
  }
}

/** It goes where it would have gone without the pipe. */
function passOn(bytes: Uint8Array): void {
  try {
    writeSync(STDERR, bytes);
  } catch {
    // Nobody reads there.
  }
}
