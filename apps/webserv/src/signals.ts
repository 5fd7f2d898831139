import type { Running } from './serve.ts';

/** How long QUIT waits for the requests under way. */
const GRACE_MS = 30_000;

/**
 * INT and TERM stop at once, QUIT when the requests under way are answered, USR1 reopens the logs: as nginx has them.
 * USR2 has the caches tell what they have done.
 * A crash writes the logs first and then ends the process as it would have ended.
 */
export function handleSignals(running: Running): void {
  const stop = (graceMs: number): void => {
    void running.close(graceMs).then(() => process.exit(0));
  };
  process.on('SIGINT', () => stop(0));
  process.on('SIGTERM', () => stop(0));
  process.on('SIGQUIT', () => stop(GRACE_MS));
  process.on('SIGUSR1', () => running.reopenLogs());
  process.on('SIGUSR2', () => running.reportCaches());
  process.on('exit', () => running.flushLogs());
  process.on('uncaughtExceptionMonitor', () => running.flushLogs());
}
