import type { Report } from '@webserv/admin';
import type { Config } from '@webserv/config';
import type { Successor } from '../upgrade/heir.ts';

/** What a server holds at one moment. When it is idle, each figure except `watches` is what it was before the load. */
export interface Holdings {
  /** Open connections. */
  readonly connections: number;
  /** Objects in the event loop's table: listeners, connections, files, scripts' pipes, logs, watches. */
  readonly slots: number;
  /** Slots that are watches of files and folders. They stay as long as a page of the cache needs them. */
  readonly watches: number;
  /** Armed deadlines. */
  readonly timers: number;
  /** Running scripts, and requests that wait for one to end. */
  readonly scripts: number;
  readonly waiting: number;
  /** Uploads that have a place under `max_uploads`. */
  readonly uploads: number;
  /** Bytes of temporary files, as `temp_disk` counts them. */
  readonly tempDisk: number;
  /** Folder listings that are being made or sent. */
  readonly listings: number;
  /** Bytes that requests hold under `memory_limit`, and the most that they have held. */
  readonly memory: number;
  readonly memoryPeak: number;
  /** Most milliseconds that one round of the loop has delayed other work: since the start, and since the last call. */
  readonly lagMs: number;
  readonly recentLagMs: number;
  /** Completions reported since the start. */
  readonly completions: number;
}

/** What signals and an operator do with a server, in one process or in several. */
export interface Operated
  extends Pick<
    Running,
    | 'addresses'
    | 'driver'
    | 'config'
    | 'drain'
    | 'close'
    | 'reload'
    | 'reopenLogs'
    | 'reportCaches'
    | 'flushLogs'
  > {
  /**
   * Has another process of the program follow this one.
   * @returns '' when it serves: then this one is to be closed. Otherwise why nothing has changed, ready to be printed
   */
  upgrade(successor: Successor): Promise<string>;
  /** Has somebody at the admin address ask for it: `POST /upgrade`. */
  offerUpgrade(upgrade: () => Promise<string>): void;
  /** The process before this one has left everything to it. */
  follow(): void;
}

/** A running server. */
export interface Running {
  /** The addresses where it listens, as a config writes them. For port 0 it is the port that the system chose. */
  readonly addresses: readonly string[];
  /** The admin address, written in the same way; null without one. */
  readonly admin: string | null;
  /** The name of the driver in use. */
  readonly driver: string;
  /** Connections that are open now. */
  readonly connections: number;
  /** What is served now. */
  readonly config: Config;
  /** Returns what the server holds, for a status page and for tests that look for leaks. */
  holdings(): Holdings;
  /** Returns what the server has counted, for a process that adds up several. */
  report(): Report;
  /** Returns what is known of the last runs of its scripts, as plain JSON. @param id of one of them; null lists all */
  runs(id: string | null): unknown;
  /** From now on `/readyz` says that the server is about to stop. It serves on as before. */
  drain(): void;
  /**
   * Stops. The server accepts no client any more, and closes connections without a request. Requests under way have
   * `graceMs` milliseconds (0 by default) to end; then they are cut. The scripts end, and the logs are written. After
   * another call, the time of the call that expires first counts.
   */
  close(graceMs?: number): Promise<void>;
  /**
   * Turns to another config. Connections stay open, requests under way end under their own config, and new ones see this
   * one. If any part of it cannot be served, nothing changes. The error log says which it was.
   * @param config without it the server reads its file again, and checks it in a process of its own
   * @returns '' when it is served; otherwise why not, ready to be printed
   */
  reload(config?: Config): Promise<string>;
  /** Writes the logs and opens them again, for rotation. A log that cannot be opened stays as it is, and is reported. */
  reopenLogs(): void;
  /**
   * Writes the values of `holdings` into the main error log, and the counters of each server's cache into its own error
   * log: hits, misses, evictions, what it holds.
   */
  reportCaches(): void;
  /** Kills the scripts and writes the logs before it returns. For a process that is about to end. */
  flushLogs(): void;
}
