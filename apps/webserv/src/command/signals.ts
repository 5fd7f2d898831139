import { type Running, Supervisor } from '@webserv/hosting';

/** npm, nx or a supervisor of a group may repeat a signal. Two within this time count as one. */
const ECHO_MS = 100;

/**
 * Handles signals. It is made before the server starts, so that no signal ends the process half-way. It handles a signal
 * when the start is over. The supervisor hears what comes of it.
 *
 * - TERM and QUIT stop when the requests under way are answered, or `stop_timeout` is over. A second TERM cuts them.
 * - INT cuts them at once.
 * - HUP and USR1 write the logs and open them again.
 * - USR2 logs what the server holds, the loop's lag, and the counters of the caches.
 *
 * Node itself ignores PIPE. A crash writes the logs first, and then ends the process as usual.
 */
export class Signals {
  readonly supervisor = new Supervisor(process.env);
  private running: Running | null = null;
  private stopTimeoutMs = 0;
  private stoppingSince = Number.POSITIVE_INFINITY;

  constructor() {
    process.on('SIGINT', () => this.stop(0));
    process.on('SIGTERM', () => this.terminate());
    process.on('SIGQUIT', () => this.stop(this.stopTimeoutMs));
    process.on('SIGHUP', () => this.hangUp());
    process.on('SIGUSR1', () => this.running?.reopenLogs());
    process.on('SIGUSR2', () => this.running?.reportCaches());
    process.on('exit', () => this.running?.flushLogs());
    process.on('uncaughtExceptionMonitor', () => this.running?.flushLogs());
  }

  /** @param stopTimeoutMs the time that requests under way have to end */
  attach(running: Running, stopTimeoutMs: number): void {
    this.running = running;
    this.stopTimeoutMs = stopTimeoutMs;
    this.sayReady();
  }

  /** A supervisor that sent HUP waits until the server says that it is ready again. */
  private hangUp(): void {
    if (this.running === null) return;
    this.supervisor.reloading();
    this.running.reopenLogs();
    this.sayReady();
  }

  private sayReady(): void {
    const { addresses = [], driver = '' } = this.running ?? {};
    this.supervisor.ready(`serving on ${addresses.join(', ')} (${driver})`);
  }

  private terminate(): void {
    const again = performance.now() - this.stoppingSince > ECHO_MS;
    this.stop(again ? 0 : this.stopTimeoutMs);
  }

  private stop(graceMs: number): void {
    if (this.stoppingSince === Number.POSITIVE_INFINITY) this.stoppingSince = performance.now();
    if (this.running === null) process.exit(0);
    this.supervisor.stopping(graceMs);
    void this.running.close(graceMs).then(() => process.exit(0));
  }
}
