import { RequestHead } from '../head/head.ts';
import { fillHead, fillRequestLine, type HeadValues, requestLineSize } from '../head/head-values.ts';
import type { Limits } from '../limits.ts';
import type { RequestError } from '../request-error.ts';

/** Heads that one memo keeps: a browser asks for pages, styles, scripts and images with different fields. */
const KEPT = 4;
/** A head of more lines is read each time. */
const MAX_LINES = 32;

type Line = readonly [name: string, value: string];

const NO_LINES: readonly Line[] = [];

/** The values of a head without its method and target. */
interface Known {
  readonly lines: readonly Line[];
  readonly values: HeadValues;
  readonly limits: Limits;
  /** What they mean. Heads that are in use may borrow its fields, so it is never cleared. */
  readonly head: RequestHead;
}

/**
 * What one client says in each of its requests, if its protocol hands over the same pairs of strings each time: HTTP/2 keeps
 * them in a table. A head whose pairs are the very objects of a known one means the same, and only its method and target are
 * read. The memo compares no bytes, so the time of a comparison says nothing of a secret.
 *
 * It changes no result, only the time. It keeps at most four heads, each of which came twice in a row.
 */
export class ValuesMemo {
  private readonly known: Known[] = [];
  /** The next one that is replaced. */
  private oldest = 0;
  /** The lines of the head that was read last and is not known. */
  private last: readonly Line[] = NO_LINES;

  /** As `fillHead`. */
  fill(head: RequestHead, values: HeadValues, limits: Limits, secure = false): RequestError | null {
    const known = this.find(values, limits);
    if (known !== null && fillRequestLine(head, values, limits)) {
      const size = known.head.bytes - requestLineSize(known.values) + requestLineSize(values);
      if (size <= limits.maxHeader) {
        take(head, known.head, size);
        return null;
      }
    }
    const error = fillHead(head, values, limits, secure);
    if (error === null && known === null) this.note(values, limits, secure);
    return error;
  }

  private find({ fields = NO_LINES, authority, body, version }: HeadValues, limits: Limits): Known | null {
    const { known } = this;
    for (let index = 0; index < known.length; index++) {
      const one = known[index];
      if (
        areSame(one.lines, fields) &&
        one.values.authority === authority &&
        one.values.body === body &&
        one.values.version === version &&
        one.limits === limits
      ) {
        return one;
      }
    }
    return null;
  }

  /** Keeps what came twice. Heads in other forms depend on their target. */
  private note(values: HeadValues, limits: Limits, secure: boolean): void {
    const { method, target, authority, body, version, fields = NO_LINES } = values;
    if (fields.length > MAX_LINES) return;
    if (!areSame(this.last, fields)) {
      this.last = [...fields];
      return;
    }
    const kept: HeadValues = { method, target, authority, body, version, fields: this.last };
    const head = new RequestHead();
    if (!target.startsWith('/') || fillHead(head, kept, limits, secure) !== null) return;
    this.known[this.oldest] = { lines: this.last, values: kept, limits, head };
    this.oldest = (this.oldest + 1) % KEPT;
  }
}

function areSame(lines: readonly Line[], others: readonly Line[]): boolean {
  const { length } = lines;
  if (others.length !== length) return false;
  for (let index = 0; index < length; index++) {
    if (lines[index] !== others[index]) return false;
  }
  return true;
}

/** Gives `head`, whose method and target are read, all else. */
function take(head: RequestHead, from: RequestHead, size: number): void {
  head.host = from.host;
  head.port = from.port;
  head.headers.borrow(from.headers);
  head.contentLength = from.contentLength;
  head.chunked = from.chunked;
  head.keepAlive = from.keepAlive;
  head.expectContinue = from.expectContinue;
  head.bytes = size;
}
