import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { lockFile } from '@webserv/event-loop';
import { readState, stateFile, type Turn, type TurnState, UNDER_WAY } from './turn-state.ts';

/** How often the result is looked for. */
const LOOK_MS = 20;

/** USR2, which other servers use for an upgrade, has another meaning here. A server that does not know URG ignores it. */
const SIGNALS = { reload: 'SIGHUP', upgrade: 'SIGURG' } as const;

/**
 * Has the server that wrote a pid file reload its config, or be followed by a new process, and waits until that is so.
 * @returns '' when it serves; otherwise why not, ready to be printed
 */
export async function turnByPidFile(pidFile: string, turn: Turn): Promise<string> {
  const fds: number[] = [];
  try {
    const pid = runningProcess(pidFile, fds);
    if (typeof pid === 'string') return pid;
    const stateFd = openSync(stateFile(pidFile), 'r+');
    fds.push(stateFd);
    const before = readState(readFileSync(stateFile(pidFile), 'utf8'));
    // The lock keeps out others that ask; a server that was asked by a signal says that it is busy.
    if (lockFile(stateFd, 'exclusive') !== 0 || before === null || before.busy) {
      return UNDER_WAY;
    }
    process.kill(pid, SIGNALS[turn]);
    return await resultAfter(before, pidFile, turn);
  } catch (error) {
    return explained(error as NodeJS.ErrnoException, pidFile);
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}

/** @returns the number of the process that holds the file, or why there is none */
function runningProcess(pidFile: string, fds: number[]): number | string {
  const fd = openSync(pidFile, 'r');
  fds.push(fd);
  const text = readFileSync(fd, 'latin1');
  const named = /^[1-9]\d*\n$/.test(text);
  if (lockFile(fd, 'exclusive') === 0 && (named || text === '')) {
    return `${pidFile}: the server that wrote it has ended (process ${text.trim() || 'unknown'})`;
  }
  if (named) return Number(text);
  return `${pidFile} holds no number of a process: is it the pid file of this server?`;
}

async function resultAfter({ count }: TurnState, pidFile: string, turn: Turn): Promise<string> {
  for (;;) {
    await wait(LOOK_MS);
    const state = readState(readFileSync(stateFile(pidFile), 'utf8'));
    if (state !== null && !state.busy && state.count > count && state.last === turn) return state.problem;
    const fd = openSync(pidFile, 'r');
    try {
      if (lockFile(fd, 'exclusive') === 0) return 'the server has ended meanwhile';
    } finally {
      closeSync(fd);
    }
  }
}

function explained({ code, message }: NodeJS.ErrnoException, pidFile: string): string {
  if (code === 'ENOENT') {
    return `${pidFile} does not exist: no server runs that was started with this pid file`;
  }
  if (code === 'EISDIR') return `${pidFile} is a folder: is it the path of the pid file?`;
  if (code === 'EPERM' || code === 'EACCES') {
    return `the server of ${pidFile} belongs to another account: ask as root or as that account (${message})`;
  }
  if (code === 'ESRCH') return `${pidFile}: the server that wrote it has ended`;
  return `${pidFile}: ${message}`;
}
