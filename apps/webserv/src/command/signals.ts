import { Heritage, type Operated, Supervisor, type Turn } from '@webserv/hosting';
import { SOFTWARE } from '../server/webserv.ts';

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
 * - URG has another process of the program, as the disk has it now, follow this one, which then ends its requests.
 * - USR1 writes the logs and opens them again.
 * - USR2 logs what the server holds, the loop's lag, and the counters of the caches.
 *
 * Node itself ignores PIPE. A crash writes the logs first, and then ends the process as usual.
 */
export class Signals {
  readonly supervisor = new Supervisor(process.env);
  /** What this process has from the one that it follows; null without one. */
  readonly heritage = Heritage.read(process.env);
  private running: Operated | null = null;
  /** Runs while the server still serves, and load balancers find out that it is about to stop. */
  private draining: NodeJS.Timeout | null = null;
  private stoppingSince = Number.POSITIVE_INFINITY;
  private readonly reloads: boolean;
  private turning = false;
  /** What a signal has asked for while a reload or an upgrade was under way. */
  private next: Turn | null = null;
  /** Another process is the server now. */
  private followed = false;

  /** @param reloads whether there is a config file to read again; otherwise HUP only opens the logs again */
  constructor(reloads = false) {
    this.reloads = reloads;
    process.on('SIGINT', () => this.stop(0));
    process.on('SIGTERM', () => this.terminate());
    process.on('SIGQUIT', () => this.stopGently());
    process.on('SIGHUP', () => this.turn('reload'));
    process.on('SIGURG', () => this.turn('upgrade'));
    process.on('SIGUSR1', () => this.running?.reopenLogs());
    process.on('SIGUSR2', () => this.running?.reportCaches());
    process.on('exit', () => this.running?.flushLogs());
    process.on('uncaughtExceptionMonitor', () => this.running?.flushLogs());
  }

  attach(running: Operated): void {
    this.running = running;
    if (this.reloads) running.offerUpgrade(() => this.upgrade(running));
    if (this.heritage === null) this.sayReady();
    else {
      void this.heritage.serving(SOFTWARE).then(() => {
        running.follow();
        this.sayReady();
      });
    }
  }

  /** A supervisor that sent HUP waits until the server says that it is ready again. */
  private turn(what: Turn): void {
    const { running } = this;
    if (running === null || this.turning) {
      // A process that follows reads the config, too.
      if (this.turning && this.next !== 'upgrade') this.next = what;
      return;
    }
    this.turning = true;
    running.reopenLogs();
    void this.attempt(running, what).then(() => {
      this.turning = false;
      const { next } = this;
      this.next = null;
      if (next !== null && !this.followed) this.turn(next);
    });
  }

  private attempt(running: Operated, what: Turn): Promise<string> {
    if (what === 'upgrade') return this.reloads ? this.upgrade(running) : Promise.resolve('');
    this.supervisor.reloading();
    return (this.reloads ? running.reload() : Promise.resolve('')).finally(() => this.sayReady());
  }

  /** @returns '' when another process is the server; this one stops then */
  private async upgrade(running: Operated): Promise<string> {
    const { supervisor } = this;
    const { execPath: file, execArgv, argv } = process;
    supervisor.reloading();
    const problem = await running.upgrade({
      program: { file, args: ['node', ...execArgv, ...argv.slice(1)] },
      env: supervisor.passedOn,
      succeeded: (pid) => supervisor.succeededBy(pid),
    });
    if (problem === '') {
      this.followed = true;
      this.stop(this.stopTimeoutMs);
    } else this.sayReady();
    return problem;
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
