import type { Buckets } from '../counts/histogram.ts';
import type { Family, Labels, Merging, MetricType, Sample, Snapshot } from './snapshot.ts';

const NONE: Labels = {};
const NAME = /^[a-z][a-z0-9_]*$/;
const UNITS = ['seconds', 'bytes'] as const;

interface Draft extends Family {
  readonly samples: Sample[];
}

/** Takes the values of all parts of a server, and makes a snapshot of them. */
export class Collector {
  private readonly families = new Map<string, Draft>();

  /** Something that only grows, such as `webserv_requests`. The text adds `_total`. */
  counter(name: string, help: string, value: number, labels: Labels = NONE): void {
    this.family(name, 'counter', help, 'sum').samples.push({ suffix: '_total', labels, value });
  }

  /** Something that goes up and down. @param merging how the values of several processes become one */
  gauge(name: string, help: string, value: number, labels: Labels = NONE, merging: Merging = 'sum'): void {
    this.family(name, 'gauge', help, merging).samples.push({ suffix: '', labels, value });
  }

  /** Facts that are the same for all processes of a server. The text adds `_info`, and the value is 1. */
  info(name: string, help: string, labels: Labels): void {
    this.family(name, 'info', help, 'max').samples.push({ suffix: '_info', labels, value: 1 });
  }

  /** How long something took, in seconds. */
  histogram(name: string, help: string, histogram: Buckets, labels: Labels = NONE): void {
    const { samples } = this.family(name, 'histogram', help, 'sum');
    let below = 0;
    histogram.bounds.forEach((bound, index) => {
      below += histogram.counts[index] ?? 0;
      samples.push({ suffix: '_bucket', labels: { ...labels, le: String(bound / 1000) }, value: below });
    });
    below += histogram.counts[histogram.bounds.length] ?? 0;
    samples.push({ suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: below });
    samples.push({ suffix: '_count', labels, value: below });
    samples.push({ suffix: '_sum', labels, value: histogram.sumMs / 1000 });
  }

  snapshot(): Snapshot {
    return { families: [...this.families.values()] };
  }

  private family(name: string, type: MetricType, help: string, merging: Merging): Draft {
    const known = this.families.get(name);
    if (known !== undefined) {
      if (known.type === type) return known;
      throw new Error(`the metric ${name} is a ${known.type}, and not a ${type}`);
    }
    if (!NAME.test(name)) throw new Error(`${name} cannot name a metric`);
    const unit = UNITS.find((each) => name.endsWith(`_${each}`)) ?? '';
    const family: Draft = { name, type, unit, help, merging, samples: [] };
    this.families.set(name, family);
    return family;
  }
}
