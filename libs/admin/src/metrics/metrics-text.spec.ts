import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from '../registry.ts';
import { Collector } from './collector.ts';
import { dialectFor, OPEN_METRICS, PROMETHEUS_TEXT } from './metrics-text.ts';

function collected(): Collector {
  const out = new Collector();
  out.info('webserv_build', 'What runs.', { version: '0.1.0' });
  out.counter('webserv_requests', 'Requests.', 3, { server: 'a"b\\c\nd' });
  out.gauge('webserv_heap_bytes', 'Memory "here".', 1.5);
  return out;
}

describe('OPEN_METRICS', () => {
  it('names families without their suffix, with units, and marks the end', () => {
    expect(OPEN_METRICS.write(collected().snapshot())).toBe(
      [
        '# TYPE webserv_build info',
        '# HELP webserv_build What runs.',
        'webserv_build_info{version="0.1.0"} 1',
        '# TYPE webserv_requests counter',
        '# HELP webserv_requests Requests.',
        'webserv_requests_total{server="a\\"b\\\\c\\nd"} 3',
        '# TYPE webserv_heap_bytes gauge',
        '# UNIT webserv_heap_bytes bytes',
        '# HELP webserv_heap_bytes Memory \\"here\\".',
        'webserv_heap_bytes 1.5',
        '# EOF',
        '',
      ].join('\n'),
    );
  });
});

describe('PROMETHEUS_TEXT', () => {
  it('names families as their samples', () => {
    expect(PROMETHEUS_TEXT.write(collected().snapshot())).toBe(
      [
        '# HELP webserv_build_info What runs.',
        '# TYPE webserv_build_info gauge',
        'webserv_build_info{version="0.1.0"} 1',
        '# HELP webserv_requests_total Requests.',
        '# TYPE webserv_requests_total counter',
        'webserv_requests_total{server="a\\"b\\\\c\\nd"} 3',
        '# HELP webserv_heap_bytes Memory "here".',
        '# TYPE webserv_heap_bytes gauge',
        'webserv_heap_bytes 1.5',
        '',
      ].join('\n'),
    );
  });

  it('is what a reader gets that asks for nothing in particular', () => {
    expect(dialectFor('*/*')).toBe(PROMETHEUS_TEXT);
    expect(dialectFor('application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3')).toBe(
      OPEN_METRICS,
    );
  });
});

describe('Collector', () => {
  it('refuses a metric of two types, and a name that is none', () => {
    const out = new Collector();
    out.counter('webserv_things', 'Things.', 1);
    expect(() => out.gauge('webserv_things', 'Things.', 1)).toThrow('is a counter, and not a gauge');
    expect(() => out.gauge('webserv-things', 'Things.', 1)).toThrow('cannot name a metric');
  });
});

// promtool is part of Debian's package prometheus.
const promtool = spawnSync('promtool', ['--version']).status === 0 ? describe : describe.skip;

promtool('promtool', () => {
  const registry = new Registry();
  for (const label of ['example.org', '127.0.0.1:80', 'a"b\\c']) {
    const counts = registry.counts(label);
    counts.ended('GET', 11, 200, 1024, 0.2);
    counts.ended('POST', 20, 503, 10, 40_000);
  }

  it('finds nothing to say about the plain text', () => {
    const input = PROMETHEUS_TEXT.write(registry.snapshot());
    expect(execFileSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })).toBe('');
  });

  it('reads every sample of the OpenMetrics', () => {
    const folder = mkdtempSync(join(tmpdir(), 'webserv-admin-'));
    try {
      // What is imported has times.
      const text = OPEN_METRICS.write(registry.snapshot()).replace(/^([^#\n].*)$/gm, '$1 1700000000');
      writeFileSync(join(folder, 'metrics'), text);
      const words = [
        'tsdb',
        'create-blocks-from',
        'openmetrics',
        join(folder, 'metrics'),
        join(folder, 'blocks'),
      ];
      const { status, stdout, stderr } = spawnSync('promtool', words, { encoding: 'utf8' });
      expect({ status, stderr, blocks: stdout.trim().split('\n').length }).toEqual({
        status: 0,
        stderr: '',
        blocks: 2,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
