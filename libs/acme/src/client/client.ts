import type { AccountKey } from './account-key.ts';
import { AcmeError, problemError } from './acme-error.ts';
import type { Challenger } from './challenger.ts';
import {
  type Authorization,
  type Challenge,
  type Directory,
  type Order,
  type RenewalWindow,
  readAuthorization,
  readDirectory,
  readOrder,
  readRenewalWindow,
} from './documents.ts';
import type { Answer, Wire } from './wire.ts';

/** How long an authority may take for a challenge or an order. */
const PATIENCE_MS = 5 * 60_000;
/** Between two looks where the authority does not say: at first, and at most. */
const LOOK_MS = 1000;
const LOOK_MAX_MS = 15_000;

/** What waits and tells the time. The tests have one whose time flies. */
export interface Clock {
  now(): number;
  /** @throws the signal's reason */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

interface CertificateOrder {
  /** DNS names. */
  readonly names: readonly string[];
  /** In DER. */
  readonly signingRequest: Buffer;
  /** `renewalId` of the certificate that this one follows; '' where there is none. */
  readonly replaces: string;
}

/** A client of one authority (RFC 8555), for one account. */
export class Client {
  private readonly directoryUrl: string;
  private readonly wire: Wire;
  private readonly key: AccountKey;
  private readonly clock: Clock;
  private readonly signal: AbortSignal;
  private known: Directory | null = null;
  /** The address of the account; null until it has registered. */
  account: string | null;

  constructor(
    directoryUrl: string,
    key: AccountKey,
    account: string | null,
    wire: Wire,
    clock: Clock,
    signal: AbortSignal,
  ) {
    this.directoryUrl = directoryUrl;
    this.key = key;
    this.account = account;
    this.wire = wire;
    this.clock = clock;
    this.signal = signal;
  }

  /** Makes the account, or finds the one that has this key. @returns its address @throws AcmeError */
  async register(email: string): Promise<string> {
    const { newAccount } = await this.directory();
    const payload = { termsOfServiceAgreed: true, contact: [`mailto:${email}`] };
    this.account = null;
    const { location } = await this.post(newAccount, payload);
    if (location === null) throw new AcmeError(`${newAccount}: no Location of the account in the answer`);
    this.account = location;
    return location;
  }

  /** Gets a certificate. @returns its chain as PEM @throws AcmeError */
  async certificate(wanted: CertificateOrder, challenger: Challenger): Promise<string> {
    const { newOrder, renewalInfo } = await this.directory();
    const identifiers = wanted.names.map((value) => ({ type: 'dns', value }));
    const replaces = wanted.replaces === '' || renewalInfo === '' ? {} : { replaces: wanted.replaces };
    const answer = await this.post(newOrder, { identifiers, ...replaces });
    const { location } = answer;
    if (location === null) throw new AcmeError(`${newOrder}: no Location of the order in the answer`);
    const order = readOrder(answer.text);
    for (const url of order.authorizations) await this.authorize(url, challenger);
    const ready = await this.settled(location, ['pending']);
    const csr = wanted.signingRequest.toString('base64url');
    if (ready.status === 'ready') await this.post(ready.finalize, { csr });
    const done = await this.settled(location, ['ready', 'processing']);
    if (done.certificate === '')
      throw new AcmeError(`${location}: the order is ${done.status}, without a certificate`);
    return (await this.post(done.certificate, null)).text;
  }

  /** Asks when to renew (RFC 9773). @returns null where the authority does not say @throws AcmeError */
  async renewalWindow(renewalId: string): Promise<{ window: RenewalWindow; retryAfterMs: number } | null> {
    const { renewalInfo } = await this.directory();
    if (renewalInfo === '' || renewalId === '') return null;
    const { text, retryAfterMs } = await this.wire.get(`${renewalInfo.replace(/\/$/, '')}/${renewalId}`);
    return { window: readRenewalWindow(text), retryAfterMs };
  }

  private async authorize(url: string, challenger: Challenger): Promise<void> {
    const authorization = readAuthorization((await this.post(url, null)).text);
    if (authorization.status === 'valid') return;
    const { name, challenges } = authorization;
    const challenge = challenges.find(({ type }) => type === challenger.type);
    if (challenge === undefined) throw new AcmeError(`${name}: the authority offers no ${challenger.type}`);
    challenger.show(name, challenge.token, this.key.authorization(challenge.token));
    try {
      await this.post(challenge.url, {});
      await this.validated(url, challenger.type);
    } finally {
      challenger.hide(name, challenge.token);
    }
  }

  private async validated(url: string, type: string): Promise<void> {
    const { status, name, challenges } = await this.poll(
      url,
      readAuthorization,
      ({ status }) => status === 'pending',
    );
    if (status === 'valid') return;
    const failed = challenges.find((each: Challenge) => each.type === type);
    throw problemError(failed?.error ?? {}, `${name}: ${type} failed`, 0);
  }

  /** The order once it has none of these statuses any more. */
  private async settled(url: string, statuses: readonly string[]): Promise<Order> {
    const order = await this.poll(url, readOrder, ({ status }) => statuses.includes(status));
    if (order.status === 'invalid') throw problemError(order.error, 'the order failed', 0);
    return order;
  }

  private async poll<T extends Order | Authorization>(
    url: string,
    read: (text: string) => T,
    waits: (document: T) => boolean,
  ): Promise<T> {
    const until = this.clock.now() + PATIENCE_MS;
    for (let pause = LOOK_MS; ; pause = Math.min(2 * pause, LOOK_MAX_MS)) {
      const { text, retryAfterMs } = await this.post(url, null);
      const document = read(text);
      if (!waits(document)) return document;
      if (this.clock.now() > until)
        throw new AcmeError(`${url}: still ${document.status} after ${PATIENCE_MS / 60_000} minutes`);
      await this.clock.sleep(retryAfterMs > 0 ? Math.min(retryAfterMs, PATIENCE_MS) : pause, this.signal);
    }
  }

  private async post(url: string, payload: object | null): Promise<Answer> {
    const { newNonce } = await this.directory();
    return this.wire.post(url, newNonce, this.key, this.account, payload);
  }

  private async directory(): Promise<Directory> {
    this.known ??= readDirectory((await this.wire.get(this.directoryUrl)).text);
    return this.known;
  }
}
