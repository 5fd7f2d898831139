import type { Running } from '../server/running.ts';

/** Somebody in between (npm, nx, a supervisor of a whole group) may pass on what has come here already: two are one then. */
const ECHO_MS = 100;

/**
 * What signals do. It is made before the server starts, so that none of them ends the process half-way; a signal is heard
 * when the start is over.
 *
 * - TERM and QUIT stop when the requests under way are answered, or `stop_timeout` is over. TERM once more cuts.
 * - INT cuts at once.
 * - HUP and USR1 write the logs and open them again.
 * - USR2 has the log say what is held, the loop's lag, and what the caches have done.
 *
 * PIPE is ignored by Node itself. A crash writes the logs first and then ends the process as it would have ended.
 */
export class Signals {
  private running: Running | null = null;
  private stopTimeoutMs = 0;
  private stoppingSince = Number.POSITIVE_INFINITY;

  constructor() {
    process.on('SIGINT', () => this.stop(0));
    process.on('SIGTERM', () => this.terminate());
    process.on('SIGQUIT', () => this.stop(this.stopTimeoutMs));
    process.on('SIGHUP', () => this.running?.reopenLogs());
    process.on('SIGUSR1', () => this.running?.reopenLogs());
    process.on('SIGUSR2', () => this.running?.reportCaches());
    process.on('exit', () => this.running?.flushLogs());
    process.on('uncaughtExceptionMonitor', () => this.running?.flushLogs());
  }

  /** @param stopTimeoutMs how long the requests under way may take to end */
  attach(running: Running, stopTimeoutMs: number): void {
    this.running = running;
    this.stopTimeoutMs = stopTimeoutMs;
  }

  private terminate(): void {
    const again = performance.now() - this.stoppingSince > ECHO_MS;
    this.stop(again ? 0 : this.stopTimeoutMs);
  }

  private stop(graceMs: number): void {
    if (this.stoppingSince === Number.POSITIVE_INFINITY) this.stoppingSince = performance.now();
    if (this.running === null) process.exit(0);
    void this.running.close(graceMs).then(() => process.exit(0));
  }
}
