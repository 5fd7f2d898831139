import { Registry } from '../registry.ts';
import { Collector } from './collector.ts';
import { OPEN_METRICS } from './metrics-text.ts';
import { mergeSnapshots, type Snapshot } from './snapshot.ts';

function travelled(snapshot: Snapshot): Snapshot {
  return JSON.parse(JSON.stringify(snapshot));
}

describe('mergeSnapshots', () => {
  it('adds what workers have counted, as if one process had counted all of it', () => {
    const [one, two, both] = [new Registry(), new Registry(), new Registry()];
    for (const registry of [one, both]) registry.counts('a').ended('GET', 11, 200, 5, 3);
    for (const registry of [two, both]) registry.counts('a').ended('GET', 11, 200, 7, 700);
    for (const registry of [two, both]) registry.counts('b').ended('DELETE', 20, 404, 0, 1);
    const merged = mergeSnapshots([travelled(one.snapshot()), travelled(two.snapshot())]);
    expect(merged).toEqual(both.snapshot());
    expect(OPEN_METRICS.write(merged)).toBe(OPEN_METRICS.write(both.snapshot()));
  });

  it('takes the largest of what cannot be added', () => {
    const snapshots = [3, 9, 4].map((value) => {
      const out = new Collector();
      out.gauge('process_start_time_seconds', 'When.', value, {}, 'max');
      out.info('webserv_build', 'What.', { version: '1' });
      return out.snapshot();
    });
    const [start, build] = mergeSnapshots(snapshots).families;
    expect(start?.samples.map(({ value }) => value)).toEqual([9]);
    expect(build?.samples.map(({ value }) => value)).toEqual([1]);
  });

  it('makes nothing of nothing', () => {
    expect(mergeSnapshots([])).toEqual({ families: [] });
  });
});
