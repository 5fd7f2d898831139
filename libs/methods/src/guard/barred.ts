/** Why a client is not answered. */
export interface Barred {
  readonly status: 401 | 403 | 429 | 503;
  readonly place: string;
  /** Seconds after which it may ask again; 0 if that is not known. */
  readonly retryAfter: number;
  /** What other credentials would be for, if the client may try with them; otherwise ''. */
  readonly realm: string;
}

/** Credentials that are being looked at, or anything else that a client has to wait for. */
export interface Asking {
  /** Calls back once, and not from within, unless `leave` is called before. Null: the client may come in. */
  wait(done: (barred: Barred | null) => void): void;
  /** The client has gone. */
  leave(): void;
}

/** What is said of a client: why it is barred, that it may come in (null), or that this takes a while. */
export type Judgement = Barred | Asking | null;

export function isAsking(judgement: Judgement): judgement is Asking {
  return judgement !== null && 'wait' in judgement;
}
