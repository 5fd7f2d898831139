import type { BodySink } from '../reply/body.ts';
import { IterableSource } from './iterable-source.ts';

class Recorder implements BodySink {
  readonly calls: string[] = [];

  data(bytes: Uint8Array): void {
    this.calls.push(`data ${Buffer.from(bytes).toString()}`);
  }

  end(): void {
    this.calls.push('end');
  }

  fail(errno: number, place: string): void {
    this.calls.push(`fail ${errno} ${place}`);
  }
}

describe('IterableSource', () => {
  const pieces = (...texts: string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));

  it('answers one pull with one call', () => {
    const sink = new Recorder();
    const source = new IterableSource(pieces('a', 'b'));
    source.open(sink);
    expect(sink.calls).toEqual([]);
    source.pull();
    expect(sink.calls).toEqual(['data a']);
    source.pull();
    source.pull();
    expect(sink.calls).toEqual(['data a', 'data b', 'end']);
    source.pull();
    expect(sink.calls).toHaveLength(3);
  });

  it('passes over empty pieces', () => {
    const sink = new Recorder();
    const source = new IterableSource(pieces('', '', 'a', ''));
    source.open(sink);
    source.pull();
    source.pull();
    expect(sink.calls).toEqual(['data a', 'end']);
  });

  it('produces nothing before it is pulled and closes its iterator on cancel', () => {
    const steps: string[] = [];
    function* rows(): Generator<Uint8Array> {
      try {
        steps.push('first');
        yield Buffer.from('a');
        steps.push('second');
        yield Buffer.from('b');
      } finally {
        steps.push('closed');
      }
    }
    const sink = new Recorder();
    const source = new IterableSource(rows());
    source.open(sink);
    expect(steps).toEqual([]);
    source.pull();
    source.cancel();
    source.cancel();
    source.pull();
    expect(steps).toEqual(['first', 'closed']);
    expect(sink.calls).toEqual(['data a']);
  });
});
