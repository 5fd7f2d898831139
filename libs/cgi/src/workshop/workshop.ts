import { type Loop, Memory } from '@webserv/event-loop';
import type { Exchange, Outcome, Script } from '@webserv/methods';
import type { Connections } from '../application/connections.ts';
import type { Launcher } from '../process/launcher.ts';
import type { Run } from '../process/run.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { Roster } from './roster.ts';
import type { Location, Server } from './server.ts';

/** Bytes of one slab: a pipe on Linux holds as many, and one receive of a body brings at most as many. */
export const SLAB = 64 << 10;
/** The most slabs that are kept for the next scripts. */
const KEPT = 32;

/** Reuses the memory for the pipes of scripts: a fresh 64 KiB for every request would keep the garbage collector busy. */
export class Slabs {
  private readonly free: Memory[] = [];

  take(): Memory {
    return this.free.pop() ?? Memory.allocate(SLAB);
  }

  /** Takes memory back. Neither the driver nor a reader may still hold any of it. */
  give(memory: Memory): void {
    if (memory.size === SLAB && this.free.length < KEPT) this.free.push(memory);
  }
}

/** The run of a script that a line of the error log is about. */
export interface ScriptRun {
  readonly server: Server;
  /** The client's address. */
  readonly client: string;
  /** Method and target as the client sent them. */
  readonly request: string;
  /** The script's file. */
  readonly script: string;
}

/** The things that all scripts of a runner share. */
export interface Workshop {
  readonly loop: Loop;
  readonly launcher: Launcher;
  readonly recorder: Recorder;
  readonly slabs: Slabs;
  readonly software: string;
  /** PATH of the scripts. */
  readonly path: string;
  readonly spoolFolder: string;
  /** A descriptor of /dev/null: the stdin of a script whose request has no body. */
  readonly nothing: number;
  /** True when no more children may start. */
  closing: boolean;
  /** What has begun and is not over: children that are not collected yet, and requests to applications. */
  readonly runs: Roster<Run>;
  collected(run: Run): void;
  log(line: string, run: ScriptRun): void;
  /** Returns the location of a server that a decoded path belongs to. */
  locate(server: Server, path: string): Location;
  /** Returns the connections to an application. */
  connectionsTo(application: NonNullable<Script['application']>): Connections;
  /** Answers the request that a script's local redirection stands for. */
  reprocess(exchange: Exchange, target: string): Outcome;
}

export function runOf(exchange: Exchange, script: Script): ScriptRun {
  return {
    server: exchange.server,
    client: exchange.remote,
    request: `${exchange.head.method} ${exchange.head.target}`,
    script: script.file,
  };
}
