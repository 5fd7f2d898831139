import type { Summary } from '../compare.ts';
import { noFindings } from './findings.ts';
import { workers } from './workers.ts';

const MEASURES = ['cpu', 'children', 'perGib', 'system', 'rate', 'p50', 'p99', 'p999', 'resident'];

function summary(peer: string, connections: number, cpu: number): Summary {
  const of = <T>(value: T) => Object.fromEntries(MEASURES.map((measure) => [measure, value]));
  const figure = { median: cpu, least: cpu, greatest: cpu };
  const found = { figures: of(figure), series: of([cpu, cpu, cpu]), ratios: {} };
  return { peer, connections, runs: 3, voids: 0, ...found } as unknown as Summary;
}

it('a run without this part says nothing of it', () => {
  expect(workers(noFindings())).toBe('');
});

it('several workers are divided by the single one at the same connections', () => {
  const text = workers({
    ...noFindings(),
    workers: [
      summary('webserv', 64, 10),
      summary('webserv', 512, 20),
      summary('webserv, 4 workers', 512, 30),
    ],
    sharing: [{ peer: 'webserv, 4 workers', connections: 1000, least: 240, most: 262, errors: 0 }],
  });
  expect(text).toMatch(/^\| webserv, 4 workers \| 512 \| 30\.0 .*\| 0 \| ~1\.50 \|$/m);
  expect(text).toContain('| webserv, 4 workers | 1,000 | 240 | 262 | 0 |');
});
