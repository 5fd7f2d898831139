// What a server hands to the process that follows it. The two may be of different versions, so this is a format: what one
// of them does not know it leaves out.

import type { TicketsLeft } from '@webserv/connection';

/** The format. A process that does not know it does not start. */
export const FORMAT = 1;
/** The number of the process that this one follows. Each process takes it out of its environment. */
export const VARIABLE = 'WEBSERV_FOLLOWS';
/** The standard error of the one before. Until the heir serves, its own is a pipe: what it prints is reported. */
export const STDERR_FD = 4;
/** The first of the descriptors that a will names. */
const FIRST_FD = 5;

/** The listening sockets of one address: several where workers share it. */
export interface InheritedSockets {
  /** As the config writes it. */
  readonly address: string;
  /** The file of a unix socket that the server has made; null for another address, and where the file is somebody else's. */
  readonly path: string | null;
  readonly fds: readonly number[];
}

/** The pid file and the one beside it, both open. The lock on the first stays as long as one of the two has it open. */
export interface InheritedPidFile {
  readonly path: string;
  readonly fd: number;
  readonly stateFd: number;
}

/** What is handed over: one line on the standard input. */
export interface Will {
  readonly format: typeof FORMAT;
  readonly sockets: readonly InheritedSockets[];
  readonly admin: InheritedSockets | null;
  readonly pid: InheritedPidFile | null;
  readonly tickets: TicketsLeft | null;
}

/** Returns a will for another process, whose descriptors have other numbers, and the descriptors in that order. */
export function passedOn(will: Will): { readonly will: Will; readonly fds: readonly number[] } {
  const fds: number[] = [];
  const number = (fd: number): number => FIRST_FD + fds.push(fd) - 1;
  const sockets = (each: InheritedSockets): InheritedSockets => ({ ...each, fds: each.fds.map(number) });
  const { pid, admin } = will;
  const passed = {
    ...will,
    sockets: will.sockets.map(sockets),
    admin: admin === null ? null : sockets(admin),
    pid: pid === null ? null : { ...pid, fd: number(pid.fd), stateFd: number(pid.stateFd) },
  };
  return { will: passed, fds };
}
