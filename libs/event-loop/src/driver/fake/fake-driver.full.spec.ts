import { driverContract } from '../contract/driver.contract.ts';
import { FAKE_SKIPS, FakeHarness } from '../contract/fake.contract.ts';
import { runsAServer } from './echo-world.contract.ts';

/** What `fake-driver.spec.ts` runs for a few seeds, for many; and the whole contract. */
for (const seed of [1, 2, 3]) {
  driverContract(`fake, seed ${seed}`, { open: () => new FakeHarness({ seed }), skips: FAKE_SKIPS });
}

describe('the fake driver', () => runsAServer({ faultless: 300, faults: 1000, short: 200 }));
