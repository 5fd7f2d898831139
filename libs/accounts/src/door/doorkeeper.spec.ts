import type { Hashing, HashJob } from '../threads/hashing.ts';
import { Asking, Doorkeeper, type Entry, type WrongAnswers } from './doorkeeper.ts';

const ACCOUNTS = new Map([
  ['anna', 'hash of secret'],
  ['ben', 'hash of other'],
]);

/** Compares when the test says so. */
class FakeHashing implements Hashing {
  readonly jobs: { hash: string; answer(matches?: boolean | null): void; cancelled: boolean }[] = [];
  full = false;

  verify(password: Buffer, hash: string, done: (matches: boolean | null) => void): HashJob | null {
    if (this.full) return null;
    const real = hash === `hash of ${password}`;
    const job = { hash, answer: (matches: boolean | null = real) => done(matches), cancelled: false };
    this.jobs.push(job);
    return {
      cancel: () => {
        job.cancelled = true;
      },
    };
  }

  close(): void {}
}

/** Lets an address give so many wrong answers. */
class FakeWrong implements WrongAnswers {
  readonly counts = new Map<string, number>();

  take(address: string): number {
    const count = this.counts.get(address) ?? 0;
    if (count >= 2) return 1500;
    this.counts.set(address, count + 1);
    return 0;
  }

  give(address: string): void {
    this.counts.set(address, (this.counts.get(address) ?? 0) - 1);
  }
}

let hashing: FakeHashing;
let wrong: FakeWrong;
let door: Doorkeeper;
let now: number;

beforeEach(() => {
  hashing = new FakeHashing();
  wrong = new FakeWrong();
  door = new Doorkeeper(hashing, wrong);
  now = 1000;
});

function ask(
  text: string,
  accounts: ReadonlyMap<string, string> = ACCOUNTS,
  address = '192.0.2.1',
): Entry | Asking {
  return door.ask(accounts, `Basic ${Buffer.from(text).toString('base64')}`, address, () => now);
}

/** Asks, and has the comparison answer. */
function settled(text: string, accounts = ACCOUNTS as ReadonlyMap<string, string>): Entry {
  const asking = ask(text, accounts);
  if (!(asking instanceof Asking)) return asking;
  let entry: Entry | null = null;
  asking.wait((each) => {
    entry = each;
  });
  hashing.jobs.at(-1)?.answer();
  if (entry === null) throw new Error('no answer');
  return entry;
}

describe('the doorkeeper', () => {
  it('lets in who knows the password, and remembers it without another comparison', () => {
    expect(settled('anna:secret')).toEqual({ kind: 'in', user: 'anna' });
    expect(ask('anna:secret')).toEqual({ kind: 'in', user: 'anna' });
    expect(hashing.jobs).toHaveLength(1);
  });

  it('remembers for five minutes', () => {
    settled('anna:secret');
    now += 5 * 60_000 - 1;
    expect(ask('anna:secret')).toEqual({ kind: 'in', user: 'anna' });
    now += 1;
    expect(ask('anna:secret')).toBeInstanceOf(Asking);
  });

  it('remembers nothing of an account that has changed or gone', () => {
    settled('anna:secret');
    expect(ask('anna:secret', new Map([['anna', 'hash of new']]))).toBeInstanceOf(Asking);
    expect(settled('anna:secret', new Map([['ben', 'hash of secret']]))).toEqual({ kind: 'out' });
  });

  it('compares for a user that does not exist too, always with the same hash', () => {
    for (const name of ['carl', 'dora', 'emil', 'fred']) {
      expect(settled(`${name}:secret`)).toEqual({ kind: 'out' });
      const first = hashing.jobs.at(-1)?.hash;
      wrong.counts.clear();
      expect(settled(`${name}:other`)).toEqual({ kind: 'out' });
      expect(hashing.jobs.at(-1)?.hash).toBe(first);
      wrong.counts.clear();
    }
    expect(hashing.jobs).toHaveLength(8);
  });

  it('compares nothing without credentials, and nothing if there are no accounts', () => {
    expect(door.ask(ACCOUNTS, '', '192.0.2.1', () => now)).toEqual({ kind: 'out' });
    expect(ask('anna:secret', new Map())).toEqual({ kind: 'out' });
    expect(hashing.jobs).toHaveLength(0);
  });

  it('has the same credentials wait for one comparison', () => {
    const entries: Entry[] = [];
    for (let times = 0; times < 3; times++) {
      const asking = ask('anna:secret');
      if (asking instanceof Asking) asking.wait((entry) => entries.push(entry));
    }
    expect(hashing.jobs).toHaveLength(1);
    hashing.jobs[0]?.answer();
    expect(entries).toEqual(Array(3).fill({ kind: 'in', user: 'anna' }));
  });

  it('begins no comparison that nobody waits for', () => {
    const [one, other] = [ask('anna:secret'), ask('anna:secret')];
    if (!(one instanceof Asking && other instanceof Asking)) throw new Error('no comparison');
    const leave = [one.wait(() => {}), other.wait(() => {})];
    leave[0]?.();
    expect(hashing.jobs[0]?.cancelled).toBe(false);
    leave[1]?.();
    expect(hashing.jobs[0]?.cancelled).toBe(true);
    expect(ask('anna:secret')).toBeInstanceOf(Asking);
    expect(hashing.jobs).toHaveLength(2);
  });

  it('lets an address give few wrong answers, counted before they are compared', () => {
    ask('anna:1');
    ask('anna:2');
    expect(ask('anna:3')).toEqual({ kind: 'early', waitMs: 1500 });
    expect(hashing.jobs).toHaveLength(2);
    expect(ask('anna:3', ACCOUNTS, '192.0.2.2')).toBeInstanceOf(Asking);
    expect(ask('anna:3', ACCOUNTS, '')).toBeInstanceOf(Asking);
  });

  it('counts no right answer', () => {
    for (const user of ['anna:secret', 'ben:other']) expect(settled(user).kind).toBe('in');
    expect(wrong.counts.get('192.0.2.1')).toBe(0);
  });

  it('is busy if too many wait, or the comparison fails', () => {
    hashing.full = true;
    expect(ask('anna:secret')).toEqual({ kind: 'busy' });
    expect(wrong.counts.get('192.0.2.1')).toBe(0);
    hashing.full = false;
    const asking = ask('anna:secret');
    const entries: Entry[] = [];
    if (asking instanceof Asking) asking.wait((entry) => entries.push(entry));
    hashing.jobs[0]?.answer(null);
    expect(entries).toEqual([{ kind: 'busy' }]);
  });
});
