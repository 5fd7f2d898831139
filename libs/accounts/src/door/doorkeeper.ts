import { createHmac, randomBytes } from 'node:crypto';
import type { Accounts } from '../file/accounts.ts';
import type { Hashing, HashJob } from '../threads/hashing.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import { Remembered } from './remembered.ts';

/** Counts wrong answers of each address. */
export interface WrongAnswers {
  /** @returns 0 if one more may come, and it is counted; otherwise milliseconds until then */
  take(address: string, nowMs: number): number;
  /** One that was counted was right. */
  give(address: string): void;
}

export type Entry =
  /** The user may come in. */
  | { readonly kind: 'in'; readonly user: string }
  /** There are no credentials, or they are wrong. */
  | { readonly kind: 'out' }
  /** The address has given too many wrong ones lately. */
  | { readonly kind: 'early'; readonly waitMs: number }
  /** Too many wait already, or the comparison has failed. */
  | { readonly kind: 'busy' };

const OUT: Entry = { kind: 'out' };
const BUSY: Entry = { kind: 'busy' };

/** Credentials that are being compared. */
export class Asking {
  private readonly waiting = new Set<(entry: Entry) => void>();
  private readonly over: () => void;

  /** @param over called when nobody waits any more */
  constructor(over: () => void) {
    this.over = over;
  }

  /** Calls back once, and not from within. @returns a function that takes the wish back */
  wait(done: (entry: Entry) => void): () => void {
    const mine = (entry: Entry) => done(entry);
    this.waiting.add(mine);
    return () => {
      if (this.waiting.delete(mine) && this.waiting.size === 0) this.over();
    };
  }

  settle(entry: Entry): void {
    const all = [...this.waiting];
    this.waiting.clear();
    for (const done of all) done(entry);
  }
}

/**
 * Says who may come in. What was good lately is known without a comparison. The same credentials that come again while they
 * are compared wait for the same answer. A user that does not exist costs what one that exists costs.
 */
export class Doorkeeper {
  private readonly hashing: Hashing;
  private readonly wrong: WrongAnswers;
  private readonly remembered = new Remembered();
  private readonly asked = new Map<string, Asking>();
  /** Of this process alone. Who reads its memory by a fault learns no password by what is remembered. */
  private readonly key = randomBytes(32);

  constructor(hashing: Hashing, wrong: WrongAnswers) {
    this.hashing = hashing;
    this.wrong = wrong;
  }

  /**
   * @param field Authorization; '' without one
   * @param address by which wrong answers are counted; '' counts none
   * @param now milliseconds of a clock that only goes forward
   */
  ask(accounts: Accounts, field: string, address: string, now: () => number): Entry | Asking {
    const credentials = readCredentials(field);
    if (credentials === null) return OUT;
    const { user, password } = credentials;
    const own = accounts.get(user);
    if (own !== undefined && this.remembered.has(this.keyOf(own, credentials), now()))
      return { kind: 'in', user };
    // Made for every user: the time must not say who has an account.
    const standIn = this.standIn(accounts, user);
    if (standIn === undefined) return OUT;
    const hash = own ?? standIn;
    const key = this.keyOf(hash, credentials);
    const under = this.asked.get(key);
    if (under !== undefined) return under;
    const waitMs = address === '' ? 0 : this.wrong.take(address, now());
    if (waitMs > 0) return { kind: 'early', waitMs };
    let job: HashJob | null = null;
    const asking = new Asking(() => {
      this.asked.delete(key);
      job?.cancel();
    });
    job = this.hashing.verify(password, hash, (matches) => {
      if (this.asked.get(key) === asking) this.asked.delete(key);
      const good = matches === true && own !== undefined;
      if (good) this.remembered.add(key, now());
      if (good && address !== '') this.wrong.give(address);
      asking.settle(good ? { kind: 'in', user } : matches === null ? BUSY : OUT);
    });
    if (job === null) {
      if (address !== '') this.wrong.give(address);
      return BUSY;
    }
    this.asked.set(key, asking);
    return asking;
  }

  close(): void {
    this.hashing.close();
  }

  private keyOf(hash: string, { user, password }: Credentials): string {
    return createHmac('sha256', this.key).update(`${hash}\0${user}\0`).update(password).digest('base64');
  }

  /** The hash that is compared for a user without one: always the same for a name, so that a name cannot be told by its time. */
  private standIn(accounts: Accounts, user: string): string | undefined {
    const digest = createHmac('sha256', this.key).update(user).digest();
    const hashes = [...accounts.values()];
    return hashes[digest.readUInt32BE(0) % hashes.length];
  }
}
