import { RealHarness } from './contract/real.contract.ts';
import { driverContract } from './driver.contract.ts';
import { UringDriver } from './io-uring.ts';

/** Why this machine has none: '' where it has. */
const reason = ((): string => {
  const driver = UringDriver.open();
  if (typeof driver === 'string') return driver;
  driver.dispose();
  return '';
})();

if (reason === '') {
  driverContract('io_uring', {
    open: () => new RealHarness({ name: 'io_uring' }),
    skips: { recycled: 'a number comes back when the kernel has given everything of its predecessor back' },
  });
} else {
  // biome-ignore lint/suspicious/noSkippedTests: the reason is part of the name.
  it.skip(`io_uring (skipped: ${reason})`, () => {});
}
