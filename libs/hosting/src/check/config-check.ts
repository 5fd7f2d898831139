import {
  Alarm,
  type Launcher,
  type ProcessOwner,
  ScriptProcess,
  ScriptUdata,
  type ScriptUdataOwner,
} from '@webserv/cgi';
import { type Config, ConfigUnpacker } from '@webserv/config';
import { Interest, type Loop, type Op } from '@webserv/event-loop';
import { present, type Turns } from '@webserv/methods';

/** A check may take this long, in milliseconds: a file system that does not answer must not block reloads for ever. */
const CHECK_MS = 120_000;
/** Lines of the check's stderr that a report shows at most. */
const SAID_MAX = 20;

/** How the process is started that checks. */
interface CheckProgram {
  /** An absolute path. */
  readonly file: string;
  /** All arguments, the program's own name first. The config file follows. */
  readonly args: readonly string[];
}

/** What a check has found: a config, or what is wrong with it, ready to be printed. */
type Checked =
  | { readonly config: Config; readonly warnings: string }
  | { readonly config: null; readonly problem: string };

/**
 * A config file that a process of its own reads and checks: the loop's thread only puts the pieces together, in slices. So a
 * config of thousands of servers stalls nobody.
 */
export class ConfigCheck implements ProcessOwner, ScriptUdataOwner {
  private readonly loop: Loop;
  private readonly turns: Turns;
  private readonly process: ScriptProcess;
  private readonly done: (checked: Checked) => void;
  private readonly unpacker = new ConfigUnpacker();
  private readonly alarm: Alarm;
  private output: ScriptUdata | null = null;
  private status = -1;
  private ended = false;
  /** What has come and is no whole line yet. */
  private rest = Buffer.alloc(0);
  private lines: string[] = [];
  private working = false;
  private config: Config | null = null;
  private warnings = '';
  private problem = '';
  private readonly said_: string[] = [];

  private constructor(loop: Loop, launcher: Launcher, turns: Turns, done: (checked: Checked) => void) {
    this.loop = loop;
    this.turns = turns;
    this.done = done;
    this.process = new ScriptProcess(loop, launcher, this);
    this.alarm = new Alarm(loop, () => this.late());
  }

  /** Reads and checks a file. */
  static read(
    loop: Loop,
    launcher: Launcher,
    turns: Turns,
    { file, args }: CheckProgram,
    path: string,
  ): Promise<Checked> {
    return new Promise((resolve) => {
      const check = new ConfigCheck(loop, launcher, turns, resolve);
      const env = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
      check.alarm.set(CHECK_MS);
      check.process.start({ file, args: [...args, path], env, cwd: '', stdin: -1 });
    });
  }

  started(): void {
    this.loop.discard(this.process.stdin);
    const output = new ScriptUdata(this, this.process.stdout);
    this.process.stdin = -1;
    this.process.stdout = -1;
    this.output = output;
    if (this.loop.register(output, Interest.READ) < 0) this.process.end();
    else this.receive();
  }

  notStarted(errno: number): void {
    this.problem = `the configuration cannot be checked: its process cannot be started (${errno})`;
    this.status = 0;
    this.ended = true;
    this.settle();
  }

  exited(status: number): void {
    this.status = status;
    this.settle();
  }

  said(line: string): void {
    if (this.said_.length < SAID_MAX) this.said_.push(line);
  }

  worked(_worker: ScriptUdata, op: Op): void {
    if (op.result <= 0) {
      this.ended = true;
      this.closeOutput();
      this.settle();
      return;
    }
    const bytes = present(op.bytes, 'what was read').subarray(op.offset, op.offset + op.result);
    this.rest = Buffer.concat([this.rest, bytes]);
    const end = this.rest.lastIndexOf(0x0a);
    if (end >= 0) {
      this.lines.push(...this.rest.toString('utf8', 0, end).split('\n'));
      this.rest = this.rest.subarray(end + 1);
    }
    this.work();
  }

  gone(): void {}

  /** Reads on when the lines that have come are taken in: until then the process waits. */
  private work(): void {
    if (this.working) return;
    if (this.lines.length === 0) {
      this.receive();
      return;
    }
    this.working = true;
    let next = 0;
    const take: Parameters<Turns['later']>[0] = (slice) => {
      try {
        do this.take(this.lines[next++] ?? '');
        while (next < this.lines.length && !slice.spent);
      } catch (error) {
        this.problem = `the configuration cannot be taken over: ${(error as Error).message}`;
        next = this.lines.length;
      }
      if (next < this.lines.length) {
        this.turns.later(take);
        return;
      }
      this.lines = [];
      this.working = false;
      if (this.ended) this.settle();
      else this.receive();
    };
    this.turns.later(take);
  }

  private take(line: string): void {
    const text = line.slice(1);
    if (line.startsWith('c')) this.config = this.unpacker.take(text);
    else if (line.startsWith('p')) this.problem = String(JSON.parse(text));
    else if (line.startsWith('w')) this.warnings = String(JSON.parse(text));
  }

  private receive(): void {
    if (this.output !== null) this.loop.read(this.output.reading, null, 0, 0, -1);
  }

  private closeOutput(): void {
    const { output } = this;
    this.output = null;
    if (output !== null) this.loop.close(output);
  }

  private late(): void {
    this.problem = `the check of the configuration has taken more than ${CHECK_MS / 1000} s, and was ended`;
    this.process.end();
  }

  private settle(): void {
    if (this.status < 0 || !this.ended || this.working) return;
    this.alarm.stop();
    const { config, problem, warnings } = this;
    if (config !== null && problem === '') this.done({ config, warnings });
    else this.done({ config: null, problem: problem === '' ? this.whyNone() : problem });
  }

  private whyNone(): string {
    const how = this.status < 256 ? `with code ${this.status}` : `by signal ${this.status - 256}`;
    return [`the check of the configuration has ended ${how} and without a result`, ...this.said_].join('\n');
  }
}
