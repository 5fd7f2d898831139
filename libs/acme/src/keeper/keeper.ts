import { type Issued, keyPem, newKey, readIssued, signingRequest } from '@webserv/certificate';
import { AccountKey } from '../client/account-key.ts';
import { AcmeError } from '../client/acme-error.ts';
import type { Challenger } from '../client/challenger.ts';
import { Client, type Clock } from '../client/client.ts';
import { type Fetch, Wire } from '../client/wire.ts';
import { BEAT_MS, Lock } from '../store/lock.ts';
import { NO_PROGRESS, type Progress, type Store } from '../store/store.ts';
import { alpnChallenger, httpChallenger } from './challengers.ts';
import type { Job, Report, Wanted } from './job.ts';
import { askIn, backoff, dueAt, within } from './schedule.ts';

/** How soon to look again where another process or machine is at work on the store. */
const LOCKED_MS = 15_000;
/** A certificate that is due again at once (a clock that is wrong, an authority at play) is not asked for again before this. */
const AGAIN_MS = 3_600_000;
/** The longest sleep: a clock that was set is noticed by then. */
const LOOK_MAX_MS = 3_600_000;

/** What a keeper works with; the tests give their own. */
interface Means {
  readonly store: Store;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly chance: () => number;
  readonly report: (report: Report) => void;
}

/**
 * Gets certificates and renews them, one after the other and never two at once. What is still good costs no request. It
 * works in a process of its own, because it may wait for the network; the server reads what it leaves in the store.
 */
export class Keeper {
  private readonly job: Job;
  private readonly means: Means;
  private readonly signal: AbortSignal;
  private client: Client | null = null;

  /** @param signal ends it */
  constructor(job: Job, means: Means, signal: AbortSignal) {
    this.job = job;
    this.means = means;
    this.signal = signal;
  }

  /** Works until the signal comes. */
  async run(): Promise<void> {
    const { clock } = this.means;
    while (!this.signal.aborted) {
      const next = await this.round();
      const wait = Math.min(LOOK_MAX_MS, Math.max(0, next - clock.now()));
      await clock.sleep(wait, this.signal).catch(() => {});
    }
  }

  /** Does what is due now. @returns when there is something to do again */
  async round(): Promise<number> {
    let next = Number.POSITIVE_INFINITY;
    for (const wanted of this.job.certificates) next = Math.min(next, await this.look(wanted));
    return next;
  }

  private async look(wanted: Wanted): Promise<number> {
    const { store, clock } = this.means;
    const issued = this.issued(wanted);
    const progress = store.progress(wanted.name);
    const now = clock.now();
    const at = Math.max(renewAt(issued, progress), progress.notBefore);
    if (at <= now) return this.locked(wanted, (lock) => this.renew(wanted, lock));
    if (issued !== null && issued.renewalId !== '') {
      const askAt = progress.renewalId === issued.renewalId ? progress.askAt : now + askIn(0);
      if (progress.renewalId !== issued.renewalId) {
        this.remember(wanted, { ...progress, renewAt: 0, askAt, renewalId: issued.renewalId });
      }
      if (askAt <= now) return this.locked(wanted, () => this.ask(wanted, issued));
      return Math.min(at, askAt);
    }
    return at;
  }

  /** @returns when to look again */
  private async locked(wanted: Wanted, work: (lock: Lock) => Promise<number>): Promise<number> {
    const { store, clock } = this.means;
    const lock = new Lock(store.folder);
    if (!lock.take()) return clock.now() + LOCKED_MS;
    const beat = setInterval(() => lock.beat(), BEAT_MS);
    beat.unref();
    try {
      return await work(lock);
    } catch (error) {
      if (this.signal.aborted) return clock.now();
      return this.failed(wanted, error);
    } finally {
      clearInterval(beat);
      lock.release();
    }
  }

  private async renew(wanted: Wanted, lock: Lock): Promise<number> {
    const { store, clock, report } = this.means;
    // While the lock was somebody else's, the certificate may have been renewed.
    const before = this.issued(wanted);
    const progress = store.progress(wanted.name);
    if (Math.max(renewAt(before, progress), progress.notBefore) > clock.now()) return clock.now();
    const key = newKey();
    const order = {
      names: wanted.names,
      signingRequest: signingRequest(key, wanted.names),
      replaces: before?.renewalId ?? '',
    };
    const chain = await this.ordered(order, this.challenger(wanted, progress.failures));
    const issued = readIssued(chain);
    if (!covers(issued, wanted.names))
      throw new AcmeError(`${wanted.name}: the authority's certificate does not cover its names`);
    if (!lock.mine)
      throw new AcmeError(`${wanted.name}: the lock of the store was lost; another process has it`);
    store.keepCertificate(wanted.name, keyPem(key), chain);
    const now = clock.now();
    const { renewalId } = issued;
    this.remember(wanted, { ...NO_PROGRESS, notBefore: now + AGAIN_MS, askAt: now + askIn(0), renewalId });
    report({ event: 'issued', name: wanted.name, notAfter: issued.notAfter });
    return clock.now();
  }

  private async ordered(
    order: Parameters<Client['certificate']>[0],
    challenger: Challenger,
  ): Promise<string> {
    const client = await this.registered();
    try {
      return await client.certificate(order, challenger);
    } catch (error) {
      const kind = error instanceof AcmeError ? error.kind : '';
      if (kind === 'accountDoesNotExist') await this.register(client);
      // An authority that forgot the old certificate, or replaced it already, may still make a new one.
      else if (order.replaces === '' || (kind !== 'alreadyReplaced' && kind !== 'malformed')) throw error;
      return await client.certificate({ ...order, replaces: '' }, challenger);
    }
  }

  /** When to renew, as the authority says. */
  private async ask(wanted: Wanted, { renewalId }: Issued): Promise<number> {
    const { clock, chance, store } = this.means;
    const client = this.opened();
    const progress = store.progress(wanted.name);
    try {
      const answer = await client.renewalWindow(renewalId);
      const askAt = clock.now() + askIn(answer?.retryAfterMs ?? 0);
      const renewAt = answer === null ? 0 : within(answer.window, chance());
      this.remember(wanted, { ...progress, renewalId, askAt, renewAt });
      return clock.now();
    } catch (error) {
      // It is a help, not a need: without it the certificate is renewed when a third of its life is left.
      const retryAfterMs = error instanceof AcmeError ? error.retryAfterMs : 0;
      const askAt = clock.now() + askIn(retryAfterMs);
      this.remember(wanted, { ...progress, renewalId, askAt });
      return askAt;
    }
  }

  private failed(wanted: Wanted, error: unknown): number {
    const { clock, chance, store, report } = this.means;
    const progress = store.progress(wanted.name);
    const failures = progress.failures + 1;
    const retryAfterMs = error instanceof AcmeError ? error.retryAfterMs : 0;
    const nextAt = clock.now() + backoff(failures, retryAfterMs, chance());
    this.remember(wanted, { ...progress, failures, notBefore: nextAt });
    const reason = error instanceof Error ? error.message : String(error);
    report({ event: 'failed', name: wanted.name, reason, nextAt });
    return nextAt;
  }

  private remember(wanted: Wanted, progress: Progress): void {
    this.means.store.keepProgress(wanted.name, progress);
  }

  /** Null where there is no certificate of an authority that covers the names. */
  private issued({ name, names }: Wanted): Issued | null {
    const text = this.means.store.certificate(name);
    if (text === null) return null;
    try {
      const issued = readIssued(text);
      return !issued.selfSigned && covers(issued, names) ? issued : null;
    } catch {
      return null;
    }
  }

  private challenger({ challenges }: Wanted, failures: number): Challenger {
    const { store, clock } = this.means;
    const type = challenges[failures % challenges.length];
    return type === 'tls-alpn-01' ? alpnChallenger(store, () => clock.now()) : httpChallenger(store);
  }

  private async registered(): Promise<Client> {
    const client = this.opened();
    if (client.account === null) await this.register(client);
    return client;
  }

  private async register(client: Client): Promise<void> {
    const { store } = this.means;
    const { directory, email } = this.job;
    const url = await client.register(email);
    const kept = store.account(directory);
    if (kept !== null) store.keepAccount(directory, { ...kept, url });
  }

  /** The key is kept before the authority knows it, so that no account is lost. */
  private opened(): Client {
    if (this.client !== null) return this.client;
    const { store, fetch, clock } = this.means;
    const { directory } = this.job;
    let kept = store.account(directory);
    if (kept === null) {
      kept = { key: keyPem(newKey()), url: null };
      store.keepAccount(directory, kept);
    }
    const wire = new Wire(fetch, () => clock.now(), this.signal);
    this.client = new Client(directory, new AccountKey(kept.key), kept.url, wire, clock, this.signal);
    return this.client;
  }
}

function covers({ names }: Issued, wanted: readonly string[]): boolean {
  return wanted.every((name) => names.includes(name.toLowerCase()));
}

function renewAt(issued: Issued | null, progress: Progress): number {
  if (issued === null) return 0;
  const due = dueAt(issued);
  const named = progress.renewalId === issued.renewalId ? progress.renewAt : 0;
  // A window behind the end would leave the server without a certificate.
  return named === 0 ? due : Math.min(named, issued.notAfter - (issued.notAfter - issued.notBefore) / 20);
}
