/** The metric types of OpenMetrics 1.0 that this server uses. */
export type MetricType = 'counter' | 'gauge' | 'histogram' | 'info';

/** Label values by name. They come from the config alone: what a client sends would let it make series without end. */
export type Labels = Readonly<Record<string, string>>;

/** How the values of several processes become one. */
export type Merging = 'sum' | 'max';

/** One value of a family. */
export interface Sample {
  /** Behind the family's name: `_total`, `_bucket`, `_count`, `_sum`, `_info`, or nothing for a gauge. */
  readonly suffix: string;
  readonly labels: Labels;
  readonly value: number;
}

/** A metric with all of its series. */
export interface Family {
  /** Without the suffix of its samples. It ends in its unit, if it has one. */
  readonly name: string;
  readonly type: MetricType;
  /** `seconds`, `bytes` or ''. */
  readonly unit: string;
  readonly help: string;
  readonly merging: Merging;
  readonly samples: readonly Sample[];
}

/** All metrics at one moment: plain values, which can travel as JSON from one process to another. */
export interface Snapshot {
  readonly families: readonly Family[];
}

/**
 * Adds the snapshots of several processes. Series with the same labels become one: counters, histograms and most gauges are
 * added, and of the others the largest value stands. The order is that of the first snapshot that has a series.
 */
export function mergeSnapshots(snapshots: readonly Snapshot[]): Snapshot {
  const families = new Map<string, { readonly family: Family; readonly samples: Map<string, Sample> }>();
  for (const snapshot of snapshots) {
    for (const family of snapshot.families) {
      let known = families.get(family.name);
      if (known === undefined) {
        known = { family, samples: new Map() };
        families.set(family.name, known);
      }
      for (const sample of family.samples) mergeInto(known.samples, sample, known.family.merging);
    }
  }
  return { families: [...families.values()].map(({ family, samples }) => merged(family, samples)) };
}

function merged(family: Family, samples: ReadonlyMap<string, Sample>): Family {
  return { ...family, samples: [...samples.values()] };
}

function mergeInto(samples: Map<string, Sample>, sample: Sample, merging: Merging): void {
  const key = `${sample.suffix} ${JSON.stringify(Object.entries(sample.labels))}`;
  const before = samples.get(key);
  if (before === undefined) samples.set(key, sample);
  else {
    const value = merging === 'sum' ? before.value + sample.value : Math.max(before.value, sample.value);
    samples.set(key, { ...before, value });
  }
}
