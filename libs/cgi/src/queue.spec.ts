import { Queue, type Waiter } from './queue.ts';

let log: string[];

class Named implements Waiter {
  pace = Number.POSITIVE_INFINITY;
  readonly name: string;
  readonly address: string;

  constructor(name: string, address = 'A') {
    this.name = name;
    this.address = address;
  }

  admitted(): void {
    log.push(this.name);
  }

  displaced(): void {
    log.push(`${this.name} displaced`);
  }

  giveUp(): void {
    log.push(`${this.name} gives up`);
  }
}

/** `a1`, `b2`: the address is the letter. */
function named(...names: string[]): Named[] {
  return names.map((name) => new Named(name, name.slice(0, 1)));
}

beforeEach(() => {
  log = [];
});

describe('the queue of a server', () => {
  it('admits up to its limit at once, and the others in order as places are given back', () => {
    const queue = new Queue(2, 3, 100);
    const waiters = named('a1', 'a2', 'a3', 'a4', 'a5');
    expect(waiters.map((waiter) => queue.enter(waiter))).toEqual([
      'admitted',
      'admitted',
      'waiting',
      'waiting',
      'waiting',
    ]);
    expect([queue.running, queue.waiting, queue.isFull('a')]).toEqual([2, 3, true]);
    queue.leave(waiters[0] as Named);
    expect([log, queue.running, queue.isFull('a')]).toEqual([['a3'], 2, false]);
    for (const waiter of waiters.slice(1, 3)) queue.leave(waiter);
    expect(log).toEqual(['a3', 'a4', 'a5']);
    for (const waiter of waiters.slice(3)) queue.leave(waiter);
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
  });

  it('passes over who has gone, and takes nothing back twice', () => {
    const queue = new Queue(1, 10, 100);
    const [a, b, c] = named('a1', 'a2', 'a3') as [Named, Named, Named];
    for (const waiter of [a, b, c]) queue.enter(waiter);
    queue.remove(b);
    queue.remove(b);
    queue.leave(a);
    queue.leave(a);
    expect([log, queue.running, queue.waiting]).toEqual([['a3'], 1, 0]);
  });

  it('goes on to the next where one that was admitted gives up at once', () => {
    const queue = new Queue(1, 10, 100);
    const failing = named('a1', 'a2');
    for (const each of failing) each.admitted = () => queue.leave(each);
    const [first, last] = named('a3', 'a4') as [Named, Named];
    for (const waiter of [first, ...failing, last]) queue.enter(waiter);
    queue.leave(first);
    expect([log, queue.running, queue.waiting]).toEqual([['a4'], 1, 0]);
  });

  it('may have no room at all', () => {
    const queue = new Queue(1, 0, 100);
    expect(queue.isFull('a')).toBe(false);
    queue.enter(named('a1')[0] as Named);
    expect(queue.isFull('a')).toBe(true);
    expect(queue.enter(named('b1')[0] as Named)).toBe('full');
  });
});

describe('the share of an address', () => {
  it.each([
    [1, 75, 1],
    [2, 75, 1],
    [3, 75, 2],
    [4, 75, 3],
    [32, 75, 24],
    [32, 1, 1],
    [32, 99, 31],
    [32, 100, 32],
  ])('of %d places, at %d percent: %d', (limit, share, expected) => {
    const queue = new Queue(limit, 100, share);
    for (let count = 0; count < 40; count++) queue.enter(new Named('x'));
    expect(queue.running).toBe(expected);
  });

  it('leaves places for others, which they have at once', () => {
    const queue = new Queue(4, 4, 50);
    const results = named('a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'b3').map((each) => queue.enter(each));
    expect(results).toEqual([
      'admitted',
      'admitted',
      'waiting',
      'waiting',
      'full',
      'admitted',
      'admitted',
      'waiting',
    ]);
  });

  it('is none for those that have no address', () => {
    const queue = new Queue(4, 2, 50);
    const all = Array.from({ length: 7 }, () => new Named('unix', ''));
    expect(all.map((each) => queue.enter(each)).filter((result) => result === 'admitted')).toHaveLength(4);
    expect(queue.waiting).toBe(2);
  });

  it('comes by turns, whoever came first', () => {
    const queue = new Queue(1, 100, 100);
    const first = named('z')[0] as Named;
    const waiters = named('a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1');
    for (const each of [first, ...waiters]) queue.enter(each);
    queue.leave(first);
    for (let turn = 0; turn < 6; turn++) {
      queue.leave(waiters.find(({ name }) => name === log.at(-1)) as Named);
    }
    expect(log).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('of a full queue goes to an address that has fewer there, the last of the longest line first', () => {
    const queue = new Queue(1, 4, 100);
    for (const each of named('z', 'a1', 'a2', 'a3', 'b1')) queue.enter(each);
    expect([queue.isFull('a'), queue.isFull('b'), queue.isFull('c')]).toEqual([true, false, false]);
    expect(named('c1', 'b2', 'c2', 'a4').map((each) => queue.enter(each))).toEqual([
      'waiting',
      'full',
      'full',
      'full',
    ]);
    expect([log, queue.waiting]).toEqual([['a3 displaced'], 4]);
  });
});

it('those that wait for their own clients give up, the slowest first', () => {
  const queue = new Queue(3, 3, 100);
  const [busy, slow, slower] = named('a1', 'a2', 'a3') as [Named, Named, Named];
  for (const each of [busy, slow, slower]) queue.enter(each);
  queue.press();
  expect(log).toEqual([]);
  slow.pace = 100;
  slower.pace = 50;
  queue.press();
  expect(log).toEqual(['a3 gives up']);
});
