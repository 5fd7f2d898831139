import type { Launcher, Program } from '@webserv/cgi';
import { TiedDisk } from '@webserv/disk';
import { MemoryLog } from '@webserv/logger';
import type { Trace } from '@webserv/methods';
import { realSystem, type System } from '../process/system.ts';
import type { Steps } from './steps.ts';

/** The system of a server that explains: the disk is read, nothing is written or started, and logs are kept in memory. */
export class TiedSystem implements System {
  readonly files: System['files'];
  readonly paths: System['paths'];
  readonly store: System['store'];
  readonly uploads: System['uploads'] = { claim: () => 0, release: () => {} };
  readonly launcher: Launcher;
  readonly logs: System['logs'];
  readonly writer: NonNullable<System['writer']>;
  readonly trace: Trace;
  /** The first program that would have run. */
  program: Program | null = null;
  readonly written = new Map<string, MemoryLog>();

  constructor(trace: Steps, paths: System['paths']) {
    this.paths = paths;
    const disk = new TiedDisk(trace);
    this.trace = trace;
    this.files = (loop) => disk.files(loop);
    this.store = disk.store;
    this.writer = (fd, owner) => disk.writer(fd, owner);
    this.launcher = {
      ...realSystem.launcher,
      instead: (program) => {
        this.program ??= program;
        trace.end();
      },
      // A body that would wait for its script: nobody reads it.
      openSpoolFile: () => realSystem.launcher.openNothing(),
    };
    this.logs = { ...realSystem.logs, tell: () => {}, instead: (path) => this.log(path) };
  }

  private log(path: string): MemoryLog {
    const log = new MemoryLog(path);
    this.written.set(path, log);
    return log;
  }
}
