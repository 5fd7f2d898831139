import { ERRNO, Loop } from '@webserv/event-loop';
import { FakeDriver, settle } from '@webserv/event-loop/testing';
import { Ledger, MemoryLedger } from '@webserv/methods';
import { ChildInput } from '../process/pipe.ts';
import { Slabs, type Workshop } from '../workshop/workshop.ts';
import { ScriptInput } from './script-input.ts';

it.each([
  ['EPIPE', 'closed'],
  ['EIO', `failed: ${-ERRNO.EIO} write to script`],
] as const)('a body that cannot be written for %s: %s', (name, expected) => {
  const driver = new FakeDriver({ faults: { write: { probability: 1, errors: [ERRNO[name]] } } });
  const loop = Loop.open({ driver, hosted: false });
  const told: string[] = [];
  const owner = {
    inputMoved: () => {},
    inputRoom: () => {},
    inputClosed: () => void told.push('closed'),
    inputFailed: (errno: number, place: string) => void told.push(`failed: ${errno} ${place}`),
  };
  const memory = new MemoryLedger(1 << 20);
  const input = new ScriptInput({ loop, slabs: new Slabs() } as Workshop, new Ledger(1, 0), memory, owner);
  input.append(Buffer.from('a body'), 0, 6);
  input.attach(new ChildInput(loop, driver.pipe().fd));
  settle(loop, driver);
  expect([told, input.closed]).toEqual([[expected], true]);
  input.drop();
  settle(loop, driver);
  driver.assertQuiet();
  expect(memory.bytes).toBe(0);
  loop.dispose();
});
