import { SYSTEM } from '../../ffi/layout.ts';
import { driverContract } from '../contract/driver.contract.ts';
import { RealHarness } from '../contract/real.contract.ts';

const library = process.env['WEBSERV_KQUEUE_LIBRARY'];
const names = 'EVFILT_VNODE tells that a folder has changed, not which entry';

if (SYSTEM !== 'linux' || library !== undefined) {
  driverContract('kqueue', {
    open: () => new RealHarness(library === undefined ? { name: 'kqueue' } : { name: 'kqueue', library }),
    skips: { names },
  });
} else {
  // biome-ignore lint/suspicious/noSkippedTests: the reason is part of the name.
  it.skip('kqueue (skipped: Linux has none, and WEBSERV_KQUEUE_LIBRARY names no libkqueue)', () => {});
}
