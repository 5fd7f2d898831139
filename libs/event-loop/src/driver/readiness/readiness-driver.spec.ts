import { Memory } from '../../index.ts';
import { connections } from '../contract/harness.contract.ts';
import { RealHarness } from '../contract/real.contract.ts';

it('the answers of a round leave when the whole round has been heard', async () => {
  const harness = new RealHarness({ name: 'poll' });
  const { loop } = harness;
  const pairs = await connections(harness, 3);
  const answer = Memory.from('answer');
  const order: string[] = [];
  for (const { probe } of pairs) {
    probe.react = (op) => {
      order.push(op === probe.input ? 'heard' : 'left');
      if (op === probe.input) loop.send(probe.output, answer, 0, answer.size);
      return true;
    };
    loop.recv(probe.input);
  }
  for (const { peer } of pairs) peer.write('question');
  await harness.arrive();
  loop.tick(0);
  expect(order).toEqual(['heard', 'heard', 'heard', 'left', 'left', 'left']);
  await harness.until(() => pairs.every(({ peer }) => peer.length === answer.size), 'the answers');
  await harness.dispose();
});
