import type { BodySink, BodySource } from '../reply/body.ts';

/**
 * A BodySource over an iterable that never waits: a generator that renders a listing row by row, an array of pieces. A
 * pull advances the iterator once. Cancel closes it (its `finally` runs).
 */
export class IterableSource implements BodySource {
  private readonly iterator: Iterator<Uint8Array>;
  private sink: BodySink | null = null;

  constructor(pieces: Iterable<Uint8Array>) {
    this.iterator = pieces[Symbol.iterator]();
  }

  open(sink: BodySink): void {
    this.sink = sink;
  }

  pull(): void {
    const sink = this.sink;
    if (sink === null) return;
    for (;;) {
      const next = this.iterator.next();
      if (next.done) {
        this.sink = null;
        sink.end(null);
        return;
      }
      // An empty piece would be the last chunk on the wire (RFC 9112, section 7.1), so it is skipped.
      if (next.value.length > 0) {
        sink.data(next.value);
        return;
      }
    }
  }

  cancel(): void {
    this.sink = null;
    this.iterator.return?.();
  }
}
