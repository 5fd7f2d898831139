import { Interest, Loop } from '@webserv/event-loop';
import { FakeDriver, passTime, settle } from '@webserv/event-loop/testing';
import { Alarm } from './alarm.ts';
import { ScriptUdata } from './script-udata.ts';

describe('an alarm', () => {
  it('rings behind what came while the process stood still', () => {
    const driver = new FakeDriver({ schedule: { delay: 0, split: 0, jump: 1, jumpMs: 10_000 } });
    const loop = Loop.open({ driver, hosted: false });
    const { fd, peer } = driver.pipe();
    const told: string[] = [];
    const worker = new ScriptUdata(
      { worked: (_, op) => told.push(`${op.result} bytes`), gone: () => {} },
      fd,
    );
    loop.register(worker, Interest.READ);
    const alarm = new Alarm(loop, () => told.push('ring'));
    alarm.set(5);
    loop.read(worker.reading, null, 0, 0, -1);
    peer.write('late');
    settle(loop, driver);
    expect(told).toEqual(['4 bytes', 'ring']);
    loop.close(worker);
    settle(loop, driver);
    driver.assertQuiet();
    loop.dispose();
  });

  it('rings once, in its time, and not when it has been stopped', () => {
    const driver = new FakeDriver();
    const loop = Loop.open({ driver, hosted: false });
    const rings: number[] = [];
    const alarm = new Alarm(loop, () => rings.push(driver.now()));
    const start = driver.now();
    alarm.set(50);
    alarm.set(100);
    passTime(loop, driver, 99);
    expect(rings).toEqual([]);
    passTime(loop, driver, 500);
    expect(rings.length).toBe(1);
    expect((rings[0] as number) - start).toBeGreaterThanOrEqual(100);
    alarm.set(10);
    alarm.stop();
    passTime(loop, driver, 50);
    expect(rings.length).toBe(1);
    loop.dispose();
  });
});
