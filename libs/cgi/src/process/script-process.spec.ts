import { constants as os } from 'node:os';
import { Loop } from '@webserv/event-loop';
import { FakeDriver, type FaultPlan, passTime, settle } from '@webserv/event-loop/testing';
import type { Launcher } from './launcher.ts';
import type { ProcessOwner } from './run.ts';
import { KILL_MS, ScriptProcess } from './script-process.ts';

const { EMFILE, ENOSYS, EPERM } = os.errno;
const { SIGKILL, SIGTERM } = os.signals;

/** One script on the driver in memory, started and running. */
class World {
  readonly driver: FakeDriver;
  readonly loop: Loop;
  readonly script: ScriptProcess;
  readonly signals: [number, number][] = [];
  readonly statuses: number[] = [];
  readonly pid: number;

  constructor(faults: FaultPlan) {
    this.driver = new FakeDriver({ faults, schedule: { delay: 0 } });
    this.loop = Loop.open({ driver: this.driver, hosted: false });
    this.pid = this.driver.spawn();
    const owner: ProcessOwner = {
      started: () => {},
      notStarted: (errno) => {
        throw new Error(`not started: ${errno}`);
      },
      exited: (status) => this.statuses.push(status),
      said: () => {},
    };
    this.script = new ScriptProcess(this.loop, this.launcher(), owner);
    this.script.start({ file: '/bin/script', args: [], env: [], cwd: '/', stdin: -1 });
    settle(this.loop, this.driver);
  }

  private launcher(): Launcher {
    return {
      spawn: (_request, done) => done(this.pid),
      killGroup: (_group, signal) => {
        this.signals.push([signal, this.driver.now()]);
        return 0;
      },
      openChildPipe: (ours) => {
        const { ours: here, theirs } = this.driver.childPipe() as { ours: number; theirs: number };
        return ours === 0 ? [here, theirs] : [theirs, here];
      },
      openNothing: () => -ENOSYS,
      openSpoolFile: () => -ENOSYS,
    };
  }

  /** Lets go of its pipes, and of everything else. */
  close(): void {
    this.loop.discard(this.script.stdin);
    this.loop.discard(this.script.stdout);
    passTime(this.loop, this.driver, 5000);
    expect(this.loop.timers.size).toBe(0);
    this.driver.assertQuiet();
    this.loop.dispose();
  }
}

describe.each([
  ['can be watched', {}],
  ['cannot be watched, ever', { child: { probability: 1, errors: [ENOSYS, EPERM] } }],
  ['can be watched at times', { child: { probability: 0.5, errors: [EMFILE] } }],
] as const)('a script that %s', (_how, faults) => {
  it.each([0, 5, 400, 60_000])('is collected soon after it has ended by itself after %d ms', (after) => {
    const world = new World(faults);
    passTime(world.loop, world.driver, after);
    expect(world.statuses).toEqual([]);
    world.driver.exit(world.pid, 7);
    passTime(world.loop, world.driver, 60);
    expect([world.statuses, world.script.exited, world.signals]).toEqual([[7], true, []]);
    world.close();
  });

  it('is given its time between the request to end and the end by force', () => {
    const world = new World(faults);
    const asked = world.driver.now();
    world.script.end();
    passTime(world.loop, world.driver, KILL_MS - 100);
    expect(world.signals.map(([signal]) => signal)).toEqual([SIGTERM]);
    passTime(world.loop, world.driver, 300);
    expect(world.signals.map(([signal]) => signal)).toEqual([SIGTERM, SIGKILL]);
    expect((world.signals[1]?.[1] ?? 0) - asked).toBeGreaterThanOrEqual(KILL_MS);
    world.driver.exit(world.pid, 256 + SIGKILL);
    passTime(world.loop, world.driver, 60);
    expect(world.statuses).toEqual([256 + SIGKILL]);
    world.close();
  });
});
