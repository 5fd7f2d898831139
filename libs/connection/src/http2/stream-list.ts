import type { MemoryLedger } from '@webserv/methods';
import type { ServedStream } from './served-stream.ts';

/** The requests of a connection that are under way. */
export class StreamList {
  private readonly streams: ServedStream[] = [];

  get size(): number {
    return this.streams.length;
  }

  /** A copy: whoever is called may leave. */
  get all(): readonly ServedStream[] {
    return [...this.streams];
  }

  add(served: ServedStream): void {
    served.place = this.streams.length;
    this.streams.push(served);
  }

  remove(served: ServedStream): void {
    const { streams } = this;
    const last = streams.pop();
    if (last !== undefined && last !== served) {
      streams[served.place] = last;
      last.place = served.place;
    }
    served.place = -1;
  }

  /** Ends all of them: the connection is closed. */
  close(reason: string, errno: number, memory: MemoryLedger): void {
    for (let served = this.streams.pop(); served !== undefined; served = this.streams.pop()) {
      served.place = -1;
      served.close(reason, errno);
      served.pool.give(served, memory);
    }
  }
}
