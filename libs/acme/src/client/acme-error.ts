const PREFIX = 'urn:ietf:params:acme:error:';

/** An authority said no, or could not be asked. */
export class AcmeError extends Error {
  override readonly name = 'AcmeError';
  /** The kind of a problem document without its prefix (RFC 8555, section 6.7), such as `rateLimited`; '' for any other. */
  readonly kind: string;
  /** Milliseconds that the authority asks to wait for; 0 where it says nothing. */
  readonly retryAfterMs: number;

  constructor(message: string, kind = '', retryAfterMs = 0) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A problem document (RFC 7807). Nothing in it is certain: it came from outside. */
export interface Problem {
  readonly type?: unknown;
  readonly detail?: unknown;
  readonly subproblems?: unknown;
}

/** @param where what was asked for */
export function problemError(problem: Problem, where: string, retryAfterMs: number): AcmeError {
  const type = typeof problem.type === 'string' ? problem.type : '';
  const kind = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : '';
  const subproblems = Array.isArray(problem.subproblems) ? problem.subproblems : [];
  const details = [problem, ...subproblems].map((each: Problem) => each?.detail);
  const text = details.filter((detail) => typeof detail === 'string').join('; ') || type || 'no reason given';
  return new AcmeError(`${where}: ${text}${kind === '' ? '' : ` (${kind})`}`, kind, retryAfterMs);
}

/** The field Retry-After (RFC 9110, section 10.2.3): seconds, or a date. @returns milliseconds, 0 where it is not there */
export function retryAfter(field: string | null, now: number): number {
  if (field === null) return 0;
  const ms = /^\d+$/.test(field) ? Number(field) * 1000 : Date.parse(field) - now;
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
