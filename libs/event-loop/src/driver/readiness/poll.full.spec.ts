import fs from 'node:fs';
import { errnoName } from '../../ffi/errno.ts';
import { openPipe } from '../../ffi/libc.ts';
import { Interest } from '../../index.ts';
import { driverContract } from '../contract/driver.contract.ts';
import { Probe } from '../contract/harness.contract.ts';
import { RealHarness } from '../contract/real.contract.ts';

driverContract('poll', { open: () => new RealHarness({ name: 'poll' }) });

it('poll outlives a descriptor that somebody else has closed', async () => {
  const harness = new RealHarness({ name: 'poll' });
  const { loop } = harness;
  const probes = [openPipe(), openPipe()].map((ends) => {
    if (typeof ends === 'number') throw new Error('no pipe');
    const probe = new Probe(loop, ends[0]);
    loop.register(probe, Interest.READ);
    loop.read(probe.input, null, 0, 0, -1);
    return { probe, write: ends[1] };
  });
  const [bad, good] = probes as [(typeof probes)[0], (typeof probes)[0]];
  const { fd } = bad.probe;
  fs.closeSync(fd);
  fs.writeSync(good.write, 'fine');
  await harness.until(() => bad.probe.got.length === 1 && good.probe.length === 4, 'both');
  expect(bad.probe.got.map(errnoName)).toEqual(['EBADF']);
  // What the loop closes in the end is to be something of its own.
  const fillers = [fs.openSync('/dev/null', 'r')];
  while (fillers.at(-1) !== fd) fillers.push(fs.openSync('/dev/null', 'r'));
  for (const filler of fillers) if (filler !== fd) fs.closeSync(filler);
  for (const { write } of probes) fs.closeSync(write);
  await harness.dispose();
});
