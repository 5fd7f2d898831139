import { ERRNO, Interest, Loop, Memory } from '@webserv/event-loop';
import { FakeDriver, settle } from '@webserv/event-loop/testing';
import { pattern, WireProbe, wireContract } from '../wire.contract.ts';
import { FakeWire, type FakeWireOptions } from './fake-wire.ts';
import { fakeWorld } from './wire-worlds.ts';

wireContract('fake, the shortest way', () => fakeWorld({}));
for (const seed of [1, 2, 3]) {
  wireContract(`fake, rough, seed ${seed}`, () =>
    fakeWorld({ seed, split: 0.6, delay: 0.4, buffer: 700 * seed }),
  );
}

function scene(options: FakeWireOptions): {
  loop: Loop;
  driver: FakeDriver;
  wire: FakeWire;
  probe: WireProbe;
} {
  const driver = new FakeDriver({ seed: 1 });
  const loop = Loop.open({ driver, hosted: false });
  const wire = new FakeWire(loop, driver, options);
  const probe = new WireProbe(-1);
  probe.wire = wire;
  loop.register(probe, Interest.BOTH);
  return { loop, driver, wire, probe };
}

it.each([0, 1, 499, 999])('cuts a send after %i bytes, and says how many had left', (cutAt) => {
  const { loop, driver, wire, probe } = scene({ cutAt, split: 0.5 });
  wire.send(probe.output, Memory.from(pattern(1000)), 0, 1000);
  settle(loop, driver);
  expect([probe.sent, probe.output.done, wire.sent]).toEqual([[-ERRNO.EPIPE], cutAt, cutAt]);
  loop.dispose();
});

it('fails by the seed, always the same way', () => {
  const runs = [1, 1, 2, 3, 4].map((seed) => {
    const { loop, driver, wire, probe } = scene({ seed, split: 0.9, delay: 0.2, fault: 0.02 });
    wire.send(probe.output, Memory.from(pattern(300_000)), 0, 300_000);
    settle(loop, driver);
    const run = [probe.sent[0], probe.output.done, wire.peer.faults];
    loop.dispose();
    return run;
  });
  expect(runs[0]).toEqual(runs[1]);
  expect(new Set(runs.map((run) => run.join())).size).toBeGreaterThan(1);
});
