import { type Operated, Supervisor } from '@webserv/hosting';

/** npm, nx or a supervisor of a group may repeat a signal. Two within this time count as one. */
const ECHO_MS = 100;

/**
 * Handles signals. It is made before the server starts, so that no signal ends the process half-way. It handles a signal
 * when the start is over. The supervisor hears what comes of it.
 *
 * - TERM and QUIT wait for `drain_delay`, and stop when the requests under way are answered, or `stop_timeout` is over. A
 *   second TERM ends the delay, and the next one cuts the requests.
 * - INT cuts them at once.
 * - HUP turns to what the config file says now, and opens the logs again. One that comes meanwhile is heard afterwards.
 * - USR1 writes the logs and opens them again.
 * - USR2 logs what the server holds, the loop's lag, and the counters of the caches.
 *
 * Node itself ignores PIPE. A crash writes the logs first, and then ends the process as usual.
 */
export class Signals {
  readonly supervisor = new Supervisor(process.env);
  private running: Operated | null = null;
  /** Runs while the server still serves, and load balancers find out that it is about to stop. */
  private draining: NodeJS.Timeout | null = null;
  private stoppingSince = Number.POSITIVE_INFINITY;
  private readonly reloads: boolean;
  private reloading = false;
  /** A HUP has come while a reload was under way. */
  private reloadAgain = false;

  /** @param reloads whether there is a config file to read again; otherwise HUP only opens the logs again */
  constructor(reloads = false) {
    this.reloads = reloads;
    process.on('SIGINT', () => this.stop(0));
    process.on('SIGTERM', () => this.terminate());
    process.on('SIGQUIT', () => this.stopGently());
    process.on('SIGHUP', () => this.reload());
    process.on('SIGUSR1', () => this.running?.reopenLogs());
    process.on('SIGUSR2', () => this.running?.reportCaches());
    process.on('exit', () => this.running?.flushLogs());
    process.on('uncaughtExceptionMonitor', () => this.running?.flushLogs());
  }

  attach(running: Operated): void {
    this.running = running;
    this.sayReady();
  }

  /** A supervisor that sent HUP waits until the server says that it is ready again. */
  private reload(): void {
    const { running } = this;
    if (running === null || this.reloading) {
      this.reloadAgain = this.reloading;
      return;
    }
    this.supervisor.reloading();
    running.reopenLogs();
    this.reloading = true;
    void (this.reloads ? running.reload() : Promise.resolve('')).then(() => {
      this.reloading = false;
      this.sayReady();
      if (this.reloadAgain) this.reload();
    });
    this.reloadAgain = false;
  }

  private sayReady(): void {
    const { addresses = [], driver = '' } = this.running ?? {};
    this.supervisor.ready(`serving on ${addresses.join(', ')} (${driver})`);
  }

  private get stopTimeoutMs(): number {
    return this.running?.config.stopTimeout ?? 0;
  }

  private terminate(): void {
    const again = performance.now() - this.stoppingSince > ECHO_MS;
    if (!again) this.stopGently();
    else if (this.draining !== null) this.stop(this.stopTimeoutMs);
    else this.stop(0);
  }

  /** Serves on for `drain_delay`, and then stops. A call within the delay changes nothing. */
  private stopGently(): void {
    const { running, stopTimeoutMs } = this;
    const drainDelayMs = running?.config.drainDelay ?? 0;
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
