import { chooseDriver } from './choose.ts';
import { RealHarness } from './contract/real.contract.ts';
import { receiveIntoContract } from './contract/receive-into.contract.ts';
import { streamsContract } from './contract/streams.contract.ts';

/** What a change most often breaks, on this system's own driver. The whole contract runs in `*.full.spec.ts`, on each. */
const { driver } = chooseDriver({ name: 'auto' });
const { name } = driver;
driver.dispose();

describe(`connections of ${name}`, () => {
  const options = { open: () => new RealHarness({ name: 'auto' }) };
  streamsContract(options);
  receiveIntoContract(options);
});
