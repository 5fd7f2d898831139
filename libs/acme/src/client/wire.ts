import type { AccountKey } from './account-key.ts';
import { AcmeError, type Problem, problemError, retryAfter } from './acme-error.ts';

const TIMEOUT_MS = 30_000;
/** An answer larger than this is none of an authority: chains and orders have a few KiB. */
const ANSWER_MAX = 1 << 20;
/** How often a request is sent again whose nonce was refused. An authority may forget nonces at any time. */
const NONCES_MAX = 4;
/** A client must say who it is (RFC 8555, section 6.1). */
const USER_AGENT = 'webserv-acme';

/** One answer of an authority. */
export interface Answer {
  readonly location: string | null;
  readonly retryAfterMs: number;
  readonly text: string;
}

/** What is asked by `fetch`; the tests answer without a network. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Requests to one authority: signed, each with a nonce that the authority gave (RFC 8555, section 6). */
export class Wire {
  private readonly fetch: Fetch;
  private readonly now: () => number;
  private readonly signal: AbortSignal;
  private readonly nonces: string[] = [];

  /** @param signal ends all that is under way */
  constructor(fetch: Fetch, now: () => number, signal: AbortSignal) {
    this.fetch = fetch;
    this.now = now;
    this.signal = signal;
  }

  /** @throws AcmeError */
  async get(url: string): Promise<Answer> {
    const response = await this.ask(url, { method: 'GET' });
    return this.answer(response, url);
  }

  /**
   * @param account null to send the key itself
   * @param payload null for POST-as-GET
   * @throws AcmeError
   */
  async post(
    url: string,
    newNonce: string,
    key: AccountKey,
    account: string | null,
    payload: object | null,
  ): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const nonce = this.nonces.pop() ?? (await this.newNonce(newNonce));
      const response = await this.ask(url, {
        method: 'POST',
        headers: { 'content-type': 'application/jose+json' },
        body: key.sign(url, nonce, account, payload),
      });
      this.keepNonce(response);
      try {
        return await this.answer(response, url);
      } catch (error) {
        if (!(error instanceof AcmeError) || error.kind !== 'badNonce' || tries === NONCES_MAX) throw error;
      }
    }
  }

  private async newNonce(url: string): Promise<string> {
    const response = await this.ask(url, { method: 'HEAD' });
    const nonce = response.headers.get('replay-nonce');
    if (nonce === null) throw new AcmeError(`${url}: no Replay-Nonce in the answer`);
    return nonce;
  }

  private keepNonce(response: Response): void {
    const nonce = response.headers.get('replay-nonce');
    if (nonce !== null) this.nonces.push(nonce);
  }

  private async ask(url: string, init: RequestInit): Promise<Response> {
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const headers = { 'user-agent': USER_AGENT, ...(init.headers as Record<string, string> | undefined) };
    try {
      return await this.fetch(url, { ...init, headers, signal, redirect: 'error' });
    } catch (error) {
      throw new AcmeError(`${url}: ${reason(error)}`);
    }
  }

  private async answer(response: Response, url: string): Promise<Answer> {
    const text = await bounded(response, url);
    const retryAfterMs = retryAfter(response.headers.get('retry-after'), this.now());
    if (!response.ok) {
      throw problemError(problemOf(text), `${url}: status ${response.status}`, retryAfterMs);
    }
    return { location: response.headers.get('location'), retryAfterMs, text };
  }
}

async function bounded(response: Response, url: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of response.body ?? []) {
      size += piece.length;
      if (size > ANSWER_MAX) throw new Error(`the answer is larger than ${ANSWER_MAX} bytes`);
      pieces.push(piece);
    }
  } catch (error) {
    throw new AcmeError(`${url}: ${reason(error)}`);
  }
  return Buffer.concat(pieces).toString();
}

function problemOf(text: string): Problem {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** `fetch` hides the reason behind "fetch failed". */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
