import fc from 'fast-check';
import { Timer, Timers } from './timers.ts';
import { Udata } from './udata.ts';

class Owner extends Udata {
  readonly told: Timer[] = [];
  onExpire: (timer: Timer) => void = () => {};
  complete(): void {}
  override expire(timer: Timer): void {
    this.told.push(timer);
    this.onExpire(timer);
  }
}

const fail = (_udata: Udata, error: unknown): never => {
  throw error;
};

describe('Timers', () => {
  it('behaves as a sorted list does, whatever is armed, moved, cancelled', () => {
    const act = fc.oneof(
      fc.record({ do: fc.constant('arm' as const), which: fc.nat(19), at: fc.nat(100) }),
      fc.record({ do: fc.constant('cancel' as const), which: fc.nat(19), at: fc.constant(0) }),
      fc.record({ do: fc.constant('fire' as const), which: fc.constant(0), at: fc.nat(30) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const owner = new Owner('owner', -1);
        const timers = new Timers();
        const all = Array.from({ length: 20 }, () => new Timer(owner));
        const naive = new Map<Timer, number>();
        let now = 0;
        for (const { do: what, which, at } of acts) {
          const timer = all[which] as Timer;
          if (what === 'arm') {
            timers.arm(timer, now + at);
            naive.set(timer, now + at);
          } else if (what === 'cancel') {
            timers.cancel(timer);
            naive.delete(timer);
          } else {
            now += at;
            owner.told.length = 0;
            const due = [...naive].filter(([, deadline]) => deadline <= now);
            for (const [one] of due) naive.delete(one);
            expect(timers.fire(now, fail)).toBe(due.length);
            expect(new Set(owner.told)).toEqual(new Set(due.map(([one]) => one)));
            const deadlines = owner.told.map(({ deadline }) => deadline);
            expect(deadlines).toEqual([...deadlines].sort((a, b) => a - b));
          }
          expect(timers.size).toBe(naive.size);
          expect(all.filter((one) => one.armed).length).toBe(naive.size);
          // It may be early, for a timer that was moved, and never late.
          expect(timers.next()).toBeLessThanOrEqual(Math.min(Number.POSITIVE_INFINITY, ...naive.values()));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('lets a timer that arms itself for this moment wait for the next round', () => {
    const owner = new Owner('owner', -1);
    const timers = new Timers();
    const timer = new Timer(owner);
    owner.onExpire = () => timers.arm(timer, 5);
    timers.arm(timer, 5);
    expect(timers.fire(10, fail)).toBe(1);
    expect(timer.armed).toBe(true);
    expect(timers.fire(10, fail)).toBe(1);
  });

  it('does not call what is cancelled, or moved, by another of the same round', () => {
    const owner = new Owner('owner', -1);
    const timers = new Timers();
    const [first, cancelled, moved] = [new Timer(owner), new Timer(owner), new Timer(owner)];
    for (const [index, timer] of [first, cancelled, moved].entries()) timers.arm(timer, index);
    owner.onExpire = () => {
      expect(cancelled.armed).toBe(true);
      timers.cancel(cancelled);
      timers.arm(moved, 100);
      owner.onExpire = () => {};
    };
    expect(timers.fire(10, fail)).toBe(1);
    expect(owner.told).toEqual([first]);
    expect([cancelled.armed, moved.armed, timers.size]).toEqual([false, true, 1]);
    expect(timers.fire(100, fail)).toBe(1);
  });

  it('goes on behind one that throws', () => {
    const owner = new Owner('owner', -1);
    const timers = new Timers();
    const faults: unknown[] = [];
    for (let index = 0; index < 3; index++) timers.arm(new Timer(owner), index);
    owner.onExpire = () => {
      if (owner.told.length === 2) throw new Error('second');
    };
    expect(timers.fire(10, (udata, error) => faults.push([udata, (error as Error).message]))).toBe(3);
    expect(faults).toEqual([[owner, 'second']]);
  });
});
