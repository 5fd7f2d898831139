import type { Loop } from '@webserv/event-loop';
import type { Exchange, Outcome, Script } from '@webserv/methods';
import type { Launcher } from '../process/launcher.ts';
import type { ScriptProcess } from '../process/script-process.ts';
import type { Location, Server } from './server.ts';
import type { Slabs } from './slabs.ts';

/** Which run of which script a line for the error log is about. */
export interface ScriptRun {
  readonly server: Server;
  /** The client's address. */
  readonly client: string;
  /** Method and target as they were sent. */
  readonly request: string;
  /** The script's file. */
  readonly script: string;
}

/** What the scripts of a runner share. */
export interface Workshop {
  readonly loop: Loop;
  readonly launcher: Launcher;
  readonly slabs: Slabs;
  readonly software: string;
  /** PATH of the scripts. */
  readonly path: string;
  readonly spoolFolder: string;
  /** A descriptor of /dev/null: the stdin of a script whose request has no body. */
  readonly nothing: number;
  /** No child is to be started any more. */
  closing: boolean;
  /** Children that have not been collected. */
  readonly processes: Set<ScriptProcess>;
  collected(process: ScriptProcess): void;
  log(line: string, run: ScriptRun): void;
  /** The location of a server that a decoded path belongs to. */
  locate(server: Server, path: string): Location;
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
