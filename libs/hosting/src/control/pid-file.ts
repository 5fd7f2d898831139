import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { lockFile } from '@webserv/event-loop';
import type { InheritedPidFile } from '../upgrade/will.ts';
import { NEVER, readState, stateFile, type Turn, type TurnState } from './turn-state.ts';

/** Bytes of the state that are read: more than a report has. */
const STATE_MAX = 1 << 17;

const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;

/**
 * The file that names the process (`pid`), and beside it the one that says how the last reload went. The server keeps both
 * open: the account that it becomes may not be able to write their folder. As long as it runs it has a lock on the first, so
 * that nobody takes the number of a server that has gone for one that runs.
 */
export class PidFile {
  readonly path: string;
  private readonly fd: number;
  private readonly stateFd: number;
  private state: TurnState = NEVER;

  private constructor(path: string, fd: number, stateFd: number) {
    this.path = path;
    this.fd = fd;
    this.stateFd = stateFd;
  }

  /** @returns the file, or why there is none */
  static open(path: string): PidFile | string {
    let fd = -1;
    try {
      fd = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o644);
      if (lockFile(fd, 'exclusive') !== 0) {
        const holder = readFileSync(fd, 'latin1').trim();
        closeSync(fd);
        return `pid ${path}: another server holds it (process ${holder}): stop it, or choose another file`;
      }
      const file = new PidFile(path, fd, openSync(stateFile(path), O_RDWR | O_CREAT | O_NOFOLLOW, 0o600));
      file.name(process.pid);
      file.note(NEVER);
      return file;
    } catch (error) {
      if (fd >= 0) closeSync(fd);
      return `pid ${path}: ${(error as Error).message}`;
    }
  }

  /** What the process before this one had open, with its lock. Its number stays in the file until `follow`. */
  static inherited({ path, fd, stateFd }: InheritedPidFile): PidFile {
    return new PidFile(path, fd, stateFd);
  }

  /** What another process may take over. */
  get left(): InheritedPidFile {
    const { path, fd, stateFd } = this;
    return { path, fd, stateFd };
  }

  /** Another process is the server from now on. */
  name(pid: number): void {
    write(this.fd, `${pid}\n`);
  }

  /** This process is the server now, and goes on where the one before has ended. */
  follow(): void {
    this.name(process.pid);
    const text = Buffer.alloc(STATE_MAX);
    const length = readSync(this.stateFd, text, 0, text.length, 0);
    this.state = readState(text.toString('utf8', 0, length)) ?? NEVER;
    // The one before has died before it could say how the upgrade went: well.
    if (this.state.busy) this.reloadEnds('upgrade', '');
  }

  /** Another process has both files: they stay as they are. */
  handOver(): void {
    closeSync(this.fd);
    closeSync(this.stateFd);
  }

  reloadBegins(): void {
    this.note({ ...this.state, busy: true });
  }

  /** @param problem '' if the new config is served */
  reloadEnds(last: Turn, problem: string): void {
    this.note({ busy: false, count: this.state.count + 1, last, problem });
  }

  /** Removes both files. Where the account may not, it empties them. */
  close(): void {
    remove(stateFile(this.path), this.stateFd);
    remove(this.path, this.fd);
  }

  private note(state: TurnState): void {
    this.state = state;
    try {
      write(this.stateFd, `${JSON.stringify(state)}\n`);
    } catch {
      // A full disk: "webserv reload" does not hear of this one, and the error log has it.
    }
  }
}

function write(fd: number, text: string): void {
  ftruncateSync(fd, 0);
  writeSync(fd, text, 0);
}

function remove(path: string, fd: number): void {
  try {
    ftruncateSync(fd, 0);
    const now = statSync(path, { throwIfNoEntry: false });
    if (now?.ino === fstatSync(fd).ino) unlinkSync(path);
  } catch {
    // It stays, and is empty.
  }
  closeSync(fd);
}
