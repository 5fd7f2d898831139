import {
  Alarm,
  type Launcher,
  type ProcessOwner,
  ScriptProcess,
  ScriptUdata,
  type ScriptUdataOwner,
} from '@webserv/cgi';
import { Interest, type Loop, type Op } from '@webserv/event-loop';
import { present } from '@webserv/methods';

/** A program that is asked for its version answers at once. */
const TRIAL_MS = 5000;
const SAID_MAX = 4096;

/** What came of a trial: -errno if the program did not start. The status is that of `ProcessOwner.exited`. */
interface Tried {
  readonly errno: number;
  readonly status: number;
  readonly late: boolean;
  /** The first line that it has written. */
  readonly said: string;
}

/** Starts a program as the server starts a script, without a request, and listens to what it says. */
export class Trial implements ProcessOwner, ScriptUdataOwner {
  private readonly loop: Loop;
  private readonly done: (tried: Tried) => void;
  private readonly process: ScriptProcess;
  private readonly alarm: Alarm;
  private output: ScriptUdata | null = null;
  private written = '';
  private complaint = '';
  private status = -1;
  private late = false;

  private constructor(loop: Loop, launcher: Launcher, done: (tried: Tried) => void) {
    this.loop = loop;
    this.done = done;
    this.process = new ScriptProcess(loop, launcher, this);
    this.alarm = new Alarm(loop, () => {
      this.late = true;
      this.process.end();
    });
  }

  /** @param path PATH of the program */
  static of(loop: Loop, launcher: Launcher, file: string, args: readonly string[], path: string) {
    return new Promise<Tried>((resolve) => {
      const nothing = launcher.openNothing();
      const trial = new Trial(loop, launcher, (tried) => {
        if (nothing >= 0) loop.discard(nothing);
        resolve(tried);
      });
      trial.alarm.set(TRIAL_MS);
      const env = [`PATH=${path}`, 'GATEWAY_INTERFACE=CGI/1.1', 'LC_ALL=C'];
      trial.process.start({ file, args: [file, ...args], env, cwd: '/', stdin: nothing });
    });
  }

  started(): void {
    const output = new ScriptUdata(this, this.process.stdout);
    this.output = output;
    if (this.loop.register(output, Interest.READ) < 0) this.process.end();
    else this.receive();
  }

  notStarted(errno: number): void {
    this.settle(errno);
  }

  exited(status: number): void {
    this.status = status;
    if (this.output === null) this.settle(0);
  }

  said(line: string): void {
    if (this.complaint === '') this.complaint = line;
  }

  worked(_udata: ScriptUdata, op: Op): void {
    if (op.result > 0) {
      if (this.written.length < SAID_MAX) {
        const bytes = present(op.bytes, 'what was read');
        this.written += bytes.toString('utf8', op.offset, op.offset + op.result);
      }
      this.receive();
    } else if (this.output !== null) {
      this.loop.close(this.output);
      this.output = null;
      if (this.status >= 0) this.settle(0);
    }
  }

  gone(): void {}

  private receive(): void {
    if (this.output !== null) this.loop.read(this.output.reading, null, 0, 0, -1);
  }

  private settle(errno: number): void {
    this.alarm.stop();
    const { status, late, written, complaint } = this;
    const said = written.trim().split('\n', 1)[0] || complaint;
    this.done({ errno, status, late, said });
  }
}
