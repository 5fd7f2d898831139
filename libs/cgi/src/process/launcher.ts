import { constants, openSync } from 'node:fs';
import { constants as os } from 'node:os';
import { killGroup, openChildPipe, type SpawnRequest, spawnInThread } from '@webserv/event-loop';
import { openSpoolFile } from '../spool/spool-file.ts';
import type { Program } from './run.ts';

/** The system calls for children. Most are those of the event loop; a test replaces them. */
export interface Launcher {
  /** @param done called once with a pid or -errno, perhaps from within `spawn` */
  spawn(request: SpawnRequest, done: (result: number) => void): void;
  /** Takes a script's program in place of running it or asking its application. Absent in a server that serves. */
  readonly instead?: (program: Program) => void;
  /** @returns 0 or -errno */
  killGroup(group: number, signal: number): number;
  /** @returns [read end, write end] or -errno */
  openChildPipe(ours: 0 | 1): [number, number] | number;
  /** Opens the empty stdin of a script whose request has no body. @returns a descriptor or -errno */
  openNothing(): number;
  /** Opens a file without a name in this folder, for a body that waits for its script. @returns a descriptor or -errno */
  openSpoolFile(folder: string): number;
}

/** Starts children on a thread. A busy system needs a millisecond or more; meanwhile the loop serves other clients. */
export const systemLauncher: Launcher = {
  spawn: spawnInThread,
  killGroup,
  openChildPipe,
  openNothing,
  openSpoolFile,
};

function openNothing(): number {
  try {
    return openSync('/dev/null', constants.O_RDONLY);
  } catch (error) {
    return (error as NodeJS.ErrnoException).errno ?? -os.errno.EIO;
  }
}
