/** What a server holds at a moment. When it is idle again, each figure except the watches is what it was before the load. */
export interface Holdings {
  /** Connections open. */
  readonly connections: number;
  /** Objects in the event loop's table: listeners, connections, files, scripts' pipes, logs, watches. */
  readonly slots: number;
  /** Of these the watches of files and folders: they stay as long as a page of the cache needs them. */
  readonly watches: number;
  /** Deadlines that are armed. */
  readonly timers: number;
  /** Scripts that run, and requests that wait for one to end. */
  readonly scripts: number;
  readonly waiting: number;
  /** Uploads that have a place. */
  readonly uploads: number;
  /** Bytes that are on the disk for a while, as `temp_disk` counts them. */
  readonly tempDisk: number;
  /** Folder listings that are made or sent. */
  readonly listings: number;
  /** Bytes that requests take of what `memory_limit` allows, and the most that they have taken. */
  readonly memory: number;
  readonly memoryPeak: number;
  /** The longest time that one round of the loop has kept all others waiting, in ms: since the start, and since the last call. */
  readonly lagMs: number;
  readonly recentLagMs: number;
  /** Completions reported since the start. */
  readonly completions: number;
}

/** A server at work. */
export interface Running {
  /** Where it listens, as a config would write it; for port 0 it is the port that the system chose. */
  readonly addresses: readonly string[];
  /** The driver at work. */
  readonly driver: string;
  /** Connections open now. */
  readonly connections: number;
  /** For a status page, and for tests that look for leaks. */
  holdings(): Holdings;
  /**
   * Stops the server. It accepts no further client and closes connections without a request. Requests under way have
   * `graceMs` milliseconds to end (0 unless given); then they are cut. The scripts end, and the logs are written. After a
   * second call, the cut comes when the time of either call is over.
   */
  close(graceMs?: number): Promise<void>;
  /** Writes the logs and opens them again, for rotation. A log that cannot be opened goes on as it is, and is reported. */
  reopenLogs(): void;
  /**
   * Says in the main error log what `holdings` says, and in each server's own what its cache has done so far: hits,
   * misses, evictions, what it holds.
   */
  reportCaches(): void;
  /** Kills the scripts and writes the logs before it returns: for a process that is about to end. */
  flushLogs(): void;
}
