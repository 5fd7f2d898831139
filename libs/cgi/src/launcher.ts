import { killGroup, openChildPipe, type SpawnRequest, spawnInThread } from '@webserv/event-loop';

/** The system calls about children, as the event loop has them: a test puts others in their place. */
export interface Launcher {
  /** @param done called once with a pid or -errno, perhaps from within */
  spawn(request: SpawnRequest, done: (result: number) => void): void;
  /** @returns 0 or -errno */
  killGroup(group: number, signal: number): number;
  /** @returns [read end, write end] or -errno */
  openChildPipe(ours: 0 | 1): [number, number] | number;
}

/** On a thread: a busy system takes a millisecond and more to start a child, in which the loop serves its other clients. */
export const systemLauncher: Launcher = { spawn: spawnInThread, killGroup, openChildPipe };
