import type { FakeDriver } from './driver/fake/fake-driver.ts';
import type { Loop } from './loop.ts';

export { FakeDriver } from './driver/fake/fake-driver.ts';
export { FakePeer } from './driver/fake/peer.ts';
export {
  type FakeOptions,
  type FakeSchedule,
  type Fault,
  type FaultPlan,
  type FaultPoint,
  faultsEverywhere,
} from './driver/fake/plan.ts';
export { FakeContent, type FakeCounts } from './driver/fake/things.ts';
export { RawClient } from './ffi/raw-client.ts';
export { RawReceiver } from './ffi/raw-receiver.ts';
export { refuseCalls, type SyscallName } from './ffi/seccomp.ts';
export { Random } from './random.ts';

/**
 * Ticks until all that is under way waits for the test. No time passes for timers that are not due.
 * @returns rounds
 * @throws Error if something is still under way after `limit` rounds
 */
export function settle(loop: Loop, driver: FakeDriver, limit = 100_000): number {
  for (let rounds = 1; rounds <= limit; rounds++) {
    if (loop.tick(0) === 0 && !driver.busy && loop.idleFor !== 0) return rounds;
  }
  throw new Error(`still under way after ${limit} rounds: ${JSON.stringify(driver.counts)}`);
}

/** Ticks for `ms` of the driver's time: timers run out, and what is under way arrives. */
export function passTime(loop: Loop, driver: FakeDriver, ms: number): void {
  const end = driver.now() + ms;
  while (driver.now() < end) loop.tick(end - driver.now());
  settle(loop, driver);
}
