import { MemoryAccount, MemoryLedger } from './memory-ledger.ts';

describe('a ledger of 100 bytes', () => {
  it.each([
    [0, true],
    [50, true],
    [51, false],
  ])('with %d taken: something new may be kept: %s', (taken, may) => {
    const ledger = new MemoryLedger(100);
    ledger.add(taken);
    expect(ledger.mayKeep).toBe(may);
  });

  it.each([
    ['spare', 75, true],
    ['spare', 76, false],
    ['take', 100, true],
    ['take', 101, false],
  ] as const)('%s %d: %s', (method, bytes, right) => {
    const ledger = new MemoryLedger(100);
    expect(ledger[method](bytes)).toBe(right);
    expect([ledger.bytes, ledger.peak]).toEqual(right ? [bytes, bytes] : [0, 0]);
  });

  it('counts what is there already beyond its bound, and takes nothing more', () => {
    const ledger = new MemoryLedger(100);
    ledger.add(150);
    expect([ledger.mayKeep, ledger.spare(0), ledger.take(0)]).toEqual([false, false, false]);
    ledger.give(150);
    expect(ledger.take(100)).toBe(true);
    expect(ledger.peak).toBe(150);
  });
});

it('a share counts in the whole, and is refused where either is full', () => {
  const whole = new MemoryLedger(100);
  const one = new MemoryLedger(80, whole);
  const other = new MemoryLedger(80, whole);
  expect([one.take(81), one.take(80), other.take(21), other.take(20)]).toEqual([false, true, false, true]);
  expect([whole.bytes, one.bytes, other.bytes]).toEqual([100, 80, 20]);
  one.give(80);
  expect([whole.bytes, other.take(60), other.take(1)]).toEqual([20, true, false]);
});

it('an account gives back what it has taken, once', () => {
  const ledger = new MemoryLedger(100);
  const account = new MemoryAccount(ledger);
  expect([account.spare(70), account.spare(10), account.take(20), account.take(20)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  account.add(30);
  account.give(10);
  expect([account.bytes, ledger.bytes]).toEqual([110, 110]);
  account.close();
  account.close();
  expect([account.bytes, ledger.bytes]).toEqual([0, 0]);
});
