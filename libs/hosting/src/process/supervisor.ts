// What systemd and the programs that speak like it ask of a service: sd_listen_fds(3), sd_notify(3), sd_watchdog_enabled(3).

import { writeSync } from 'node:fs';
import type { GivenSocket } from '@webserv/connection';
import { closeFile, openDatagram } from '@webserv/event-loop';
import { StartError } from './start-error.ts';

/** SD_LISTEN_FDS_START: the first descriptor that is passed on. */
const FIRST_FD = 3;
/** More than any unit has, and few enough to look at each. */
const MOST_FDS = 1024;
/** What a stop may take beyond the time of the requests under way: scripts end, logs are written. */
const SPARE_MS = 5000;

const VARIABLES = [
  'LISTEN_PID',
  'LISTEN_FDS',
  'LISTEN_FDNAMES',
  'LISTEN_PIDFDID',
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
];

/**
 * The supervisor that started this process, if there is one: the sockets that it has passed on, and what it wants to be
 * told. Without one each method does nothing.
 */
export class Supervisor {
  /** Sockets that it has opened. */
  readonly sockets: readonly GivenSocket[];
  private path: string;
  private readonly watchdog: NodeJS.Timeout | null = null;
  private readonly usec: string;
  private readonly send: (path: string, text: string) => void;

  /**
   * Reads the environment, and takes the variables out of it: no child of this process is meant.
   * @throws StartError if the supervisor contradicts itself
   */
  constructor(env: NodeJS.ProcessEnv, pid: number = process.pid, send = sendTo) {
    const { NOTIFY_SOCKET: path = '', WATCHDOG_USEC: watchdog, WATCHDOG_PID: watched } = env;
    this.path = path;
    this.send = send;
    this.sockets = passedSockets(env, pid);
    this.usec = watchdog ?? '';
    const usec = Number(watchdog);
    if (path !== '' && usec > 0 && (watched === undefined || Number(watched) === pid)) {
      // Half of the time, as sd_watchdog_enabled(3) advises. The timer fires in the loop that serves: one that hangs is seen.
      this.watchdog = setInterval(() => this.say('WATCHDOG=1'), usec / 2000).unref();
    }
    for (const name of VARIABLES) delete env[name];
  }

  /** The server serves. @param status for people, on one line */
  ready(status: string): void {
    this.say(`READY=1\nSTATUS=${status}`);
  }

  /** The server begins to do what HUP asks for. `ready` must follow, whatever comes of it. */
  reloading(): void {
    // CLOCK_MONOTONIC, as Type=notify-reload wants it.
    this.say(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  /** The server begins to end. @param graceMs the time that requests under way have */
  stopping(graceMs: number): void {
    this.say(`STOPPING=1\nEXTEND_TIMEOUT_USEC=${Math.ceil(graceMs + SPARE_MS) * 1000}`);
  }

  /** The variables by which a process that follows this one finds the supervisor. */
  get passedOn(): readonly string[] {
    const { path, usec, watchdog } = this;
    if (path === '') return [];
    return [`NOTIFY_SOCKET=${path}`, ...(watchdog === null ? [] : [`WATCHDOG_USEC=${usec}`])];
  }

  /** Another process is the service from now on, and speaks for it. */
  succeededBy(pid: number): void {
    this.say(`MAINPID=${pid}`);
    this.path = '';
    if (this.watchdog !== null) clearInterval(this.watchdog);
  }

  private say(text: string): void {
    if (this.path !== '') this.send(this.path, text);
  }
}

/** Returns the sockets that were passed on to this process. */
function passedSockets(env: NodeJS.ProcessEnv, pid: number): GivenSocket[] {
  const { LISTEN_PID: meant, LISTEN_FDS: count, LISTEN_FDNAMES: names } = env;
  // They may have been meant for a program that started this one.
  if (count === undefined || Number(meant) !== pid) return [];
  const several = Number(count);
  if (!Number.isInteger(several) || several < 0 || several > MOST_FDS) {
    throw new StartError(`webserv: LISTEN_FDS is "${count}": expected a number from 0 to ${MOST_FDS}`);
  }
  const called = names === undefined || names === '' ? [] : names.split(':');
  if (called.length > 0 && called.length !== several) {
    throw new StartError(
      `webserv: LISTEN_FDNAMES has ${called.length} names for ${several} sockets: expected one for each`,
    );
  }
  return Array.from({ length: several }, (_, index) => {
    return { fd: FIRST_FD + index, name: called[index] ?? `LISTEN_FDS ${index + 1}` };
  });
}

/** A supervisor that does not listen is no reason to stop, and the socket never makes the loop wait. */
function sendTo(path: string, text: string): void {
  const fd = openDatagram({ family: 'unix', path });
  if (fd < 0) return;
  try {
    writeSync(fd, text);
  } catch {
    // Its queue is full, or it has gone.
  }
  closeFile(fd);
}
