import { Histogram } from './histogram.ts';

/** A closed set: a client that makes up methods makes no series. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'other'];
/** `none`: the connection ended before an answer. */
const STATUSES: readonly string[] = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'];
const PROTOCOLS: readonly string[] = ['HTTP/1.0', 'HTTP/1.1', 'HTTP/2'];

const SIZE = METHODS.length * STATUSES.length * PROTOCOLS.length;

/** One series of requests. */
interface RequestSeries {
  readonly method: string;
  readonly status: string;
  readonly protocol: string;
  readonly count: number;
}

/**
 * What the requests of one server come to. To count a request is three increments and two additions, without an
 * allocation.
 */
export class RequestCounts {
  readonly label: string;
  readonly latency = new Histogram();
  /** Bytes of bodies that have left. */
  sentBytes = 0;
  /** Scripts that were ended because they made no progress. */
  scriptTimeouts = 0;
  private readonly counts = new Float64Array(SIZE);

  /** @param label the server's, from the config */
  constructor(label: string) {
    this.label = label;
  }

  /**
   * @param version as request heads have it: 10, 11 or 20
   * @param status 0 if nothing was answered
   */
  ended(method: string, version: number, status: number, bodySent: number, durationMs: number): void {
    const protocol = version === 11 ? 1 : version === 20 ? 2 : 0;
    const index = (protocol * METHODS.length + methodOf(method)) * STATUSES.length + classOf(status);
    this.counts[index]++;
    this.sentBytes += bodySent;
    this.latency.count(durationMs);
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Those that were counted at least once. */
  *series(): IterableIterator<RequestSeries> {
    for (let index = 0; index < SIZE; index++) {
      const count = this.counts[index];
      if (count === 0) continue;
      const rest = Math.floor(index / STATUSES.length);
      yield {
        method: METHODS[rest % METHODS.length],
        status: STATUSES[index % STATUSES.length],
        protocol: PROTOCOLS[Math.floor(rest / METHODS.length)],
        count,
      };
    }
  }

  /** Requests whose status is of a class. */
  ofClass(status: string): number {
    let sum = 0;
    for (let index = STATUSES.indexOf(status); index < SIZE; index += STATUSES.length) {
      sum += this.counts[index];
    }
    return sum;
  }
}

function methodOf(method: string): number {
  // Most requests are a GET.
  if (method === 'GET') return 0;
  const index = METHODS.indexOf(method);
  return index < 0 ? METHODS.length - 1 : index;
}

function classOf(status: number): number {
  return status < 600 ? Math.floor(status / 100) : 0;
}
