import type { Op } from '../../op.ts';
import { connections } from '../contract/harness.contract.ts';
import { RealHarness } from '../contract/real.contract.ts';
import * as transfer from '../system/file-transfer.ts';
import { Turn } from '../system/transfer.ts';

// A module's own object is frozen: this one takes the place of its calls.
jest.mock('../system/file-transfer.ts', () => ({
  __esModule: true,
  ...jest.requireActual('../system/file-transfer.ts'),
}));

const EAGAIN = -11;

/** Linux alone has a sendfile(2) that a thread may call, and epoll reports an edge once. */
const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux(
  'a thread that comes back from a full socket, which has room again, is followed by another try',
  async () => {
    let back: ((result: number) => void) | null = null;
    jest.spyOn(transfer, 'sendFileInThread').mockImplementation((_fd, _op, then) => {
      back = then;
    });
    const turn = jest.spyOn(transfer, 'sendFileTurn');
    turn.mockReturnValueOnce(Turn.THREAD);
    turn.mockImplementationOnce((_to, op: Op) => {
      op.done = op.length;
      return Turn.WHOLE;
    });
    const harness = new RealHarness({ name: 'epoll' });
    const { loop } = harness;
    const [pair] = await connections(harness, 1);
    if (pair === undefined) throw new Error('no connection');
    loop.sendFile(pair.probe.output, 0, 0, 100);
    await harness.until(() => back !== null, 'the thread');
    // All edges so far are reported, while the write is the thread's.
    for (let tick = 0; tick < 5; tick++) loop.tick(0);
    (back as unknown as (result: number) => void)(EAGAIN);
    await harness.until(() => pair.probe.sent.length === 1, 'the end of the file');
    expect([pair.probe.sent, turn.mock.calls.length]).toEqual([[100], 2]);
    await harness.dispose();
    jest.restoreAllMocks();
  },
);
