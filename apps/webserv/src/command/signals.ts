import { type Running, Supervisor } from '@webserv/hosting';

/** npm, nx or a supervisor of a group may repeat a signal. Two within this time count as one. */
const ECHO_MS = 100;

/**
 * Handles signals. It is made before the server starts, so that no signal ends the process half-way. It handles a signal
 * when the start is over. The supervisor hears what comes of it.
 *
 * - TERM and QUIT wait for `drain_delay`, and stop when the requests under way are answered, or `stop_timeout` is over. A
 *   second TERM ends the delay, and the next one cuts the requests.
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
  private drainDelayMs = 0;
  /** Runs while the server still serves, and load balancers find out that it is about to stop. */
  private draining: NodeJS.Timeout | null = null;
  private stoppingSince = Number.POSITIVE_INFINITY;

  constructor() {
    process.on('SIGINT', () => this.stop(0));
    process.on('SIGTERM', () => this.terminate());
    process.on('SIGQUIT', () => this.stopGently());
    process.on('SIGHUP', () => this.hangUp());
    process.on('SIGUSR1', () => this.running?.reopenLogs());
    process.on('SIGUSR2', () => this.running?.reportCaches());
    process.on('exit', () => this.running?.flushLogs());
    process.on('uncaughtExceptionMonitor', () => this.running?.flushLogs());
  }

  /**
   * @param stopTimeoutMs the time that requests under way have to end
   * @param drainDelayMs the time that the server serves on before it stops
   */
  attach(running: Running, stopTimeoutMs: number, drainDelayMs: number): void {
    this.running = running;
    this.stopTimeoutMs = stopTimeoutMs;
    this.drainDelayMs = drainDelayMs;
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
    if (!again) this.stopGently();
    else if (this.draining !== null) this.stop(this.stopTimeoutMs);
    else this.stop(0);
  }

  /** Serves on for `drain_delay`, and then stops. A call within the delay changes nothing. */
  private stopGently(): void {
    const { running, stopTimeoutMs, drainDelayMs } = this;
    if (running === null || drainDelayMs === 0) {
      this.stop(stopTimeoutMs);
      return;
    }
    if (this.stoppingSince !== Number.POSITIVE_INFINITY) return;
    this.stoppingSince = performance.now();
    running.drain();
    this.supervisor.stopping(drainDelayMs + stopTimeoutMs);
    this.draining = setTimeout(() => this.stop(stopTimeoutMs), drainDelayMs);
  }

  private stop(graceMs: number): void {
    if (this.draining !== null) {
      clearTimeout(this.draining);
      this.draining = null;
      // The stop begins now: a signal that repeats the last one is no further wish.
      this.stoppingSince = performance.now();
    }
    if (this.stoppingSince === Number.POSITIVE_INFINITY) this.stoppingSince = performance.now();
    if (this.running === null) process.exit(0);
    this.supervisor.stopping(graceMs);
    void this.running.close(graceMs).then(() => process.exit(0));
  }
}
