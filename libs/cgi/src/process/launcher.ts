import { constants, openSync } from 'node:fs';
import { constants as os } from 'node:os';
import { killGroup, openChildPipe, type SpawnRequest, spawnInThread } from '@webserv/event-loop';
import { openSpoolFile } from '../spool/spool-file.ts';

/** The system calls for children, most of them as the event loop has them: a test puts others in their place. */
export interface Launcher {
  /** @param done called once with a pid or -errno, perhaps from within */
  spawn(request: SpawnRequest, done: (result: number) => void): void;
  /** @returns 0 or -errno */
  killGroup(group: number, signal: number): number;
  /** @returns [read end, write end] or -errno */
  openChildPipe(ours: 0 | 1): [number, number] | number;
  /** What a script without a body reads: nothing. @returns a descriptor or -errno */
  openNothing(): number;
  /** A file without a name, in this folder, for a body that waits for its script. @returns a descriptor or -errno */
  openSpoolFile(folder: string): number;
}

/** On a thread: a busy system takes a millisecond and more to start a child, in which the loop serves its other clients. */
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
