/** A request to the admin address, as values. */
export interface Ask {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  /** Behind the question mark, or ''. */
  readonly query: string;
  /** The fields Accept, Host and Origin; '' if they are missing. */
  readonly accept: string;
  readonly host: string;
  readonly origin: string;
}

/** What is said to it. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** An answer that comes later: the callback takes it, exactly once. */
export type Later = (done: (answer: Answer) => void) => void;

export function plain(status: number, text: string, headers: Answer['headers'] = []): Answer {
  return {
    status,
    contentType: 'text/plain; charset=utf-8',
    body: text.endsWith('\n') ? text : `${text}\n`,
    headers,
  };
}

export function json(status: number, value: unknown): Answer {
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: `${JSON.stringify(value, null, 2)}\n`,
    headers: [],
  };
}
