import { Queue, type Waiter } from './queue.ts';

class Named implements Waiter {
  readonly name: string;
  private readonly log: string[];
  constructor(name: string, log: string[]) {
    this.name = name;
    this.log = log;
  }
  admitted(): void {
    this.log.push(this.name);
  }
}

describe('the queue of a server', () => {
  it('admits up to its limit at once, and the others in order as places are given back', () => {
    const log: string[] = [];
    const queue = new Queue(2, 3);
    const waiters = ['a', 'b', 'c', 'd', 'e'].map((name) => new Named(name, log));
    expect(waiters.map((waiter) => queue.enter(waiter))).toEqual([true, true, false, false, false]);
    expect([queue.running, queue.waiting, queue.full]).toEqual([2, 3, true]);
    queue.leave();
    expect([log, queue.running, queue.full]).toEqual([['c'], 2, false]);
    queue.leave();
    queue.leave();
    expect(log).toEqual(['c', 'd', 'e']);
    queue.leave();
    queue.leave();
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
  });

  it('passes over who has gone', () => {
    const log: string[] = [];
    const queue = new Queue(1, 10);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Named(name, log)) as [Named, Named, Named];
    for (const waiter of [a, b, c]) queue.enter(waiter);
    queue.remove(b);
    queue.leave();
    expect(log).toEqual(['c']);
  });

  it('goes on to the next where one that was admitted gives up at once', () => {
    const log: string[] = [];
    const queue = new Queue(1, 10);
    const failing = { admitted: () => queue.leave() };
    queue.enter(new Named('first', log));
    for (const waiter of [failing, failing, new Named('last', log)]) queue.enter(waiter);
    queue.leave();
    expect([log, queue.running, queue.waiting]).toEqual([['last'], 1, 0]);
  });

  it('may have no room at all', () => {
    const queue = new Queue(1, 0);
    expect(queue.full).toBe(false);
    queue.enter({ admitted: () => {} });
    expect(queue.full).toBe(true);
  });
});
