import { IORING_SETUP } from '../../ffi/uring-layout.ts';
import { driverContract } from '../contract/driver.contract.ts';
import { RealHarness } from '../contract/real.contract.ts';
import { URING_SIZES, type UringSizes } from './probe.ts';
import { UringDriver } from './uring-driver.ts';

/** Why this machine has none: '' where it has. */
const reason = ((): string => {
  const driver = UringDriver.open();
  if (typeof driver === 'string') return driver;
  driver.dispose();
  return '';
})();

const skips = { recycled: 'a number comes back when the kernel has given all of its predecessor back' };
/** So little of everything that it runs out at every turn: rings overflow, and buffers are never enough. */
const TINY: UringSizes = { submissions: 4, completions: 8, small: 2, large: 2 };

function made(sizes?: UringSizes, flags?: number): RealHarness {
  return new RealHarness({ driver: UringDriver.open(sizes, flags) as UringDriver });
}

if (reason === '') {
  driverContract('io_uring', { open: () => new RealHarness({ name: 'io_uring' }), skips });
  driverContract('io_uring, rings and buffers that run out', { open: () => made(TINY), skips });
  driverContract('io_uring, as before Linux 6.1', {
    open: () => made(URING_SIZES, IORING_SETUP.COOP_TASKRUN),
    skips,
  });
} else {
  // biome-ignore lint/suspicious/noSkippedTests: the reason is part of the name.
  it.skip(`io_uring (skipped: ${reason})`, () => {});
}
