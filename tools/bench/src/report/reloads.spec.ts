import type { Summary } from '../compare.ts';
import { noFindings } from './findings.ts';
import { reloads } from './reloads.ts';

it('a run without reloads says nothing of them', () => {
  expect(reloads(noFindings())).toBe('');
});

it('the page is shown alone and beside reloads, with the longest round', () => {
  const of = (median: number) => ({ median, least: median, greatest: 2 * median });
  const summary = (peer: string, p999: number) => {
    const figures = { rate: of(1000), p50: of(10), p99: of(20), p999: of(p999) };
    return { peer, voids: 0, figures } as unknown as Summary;
  };
  const summaries = [summary('webserv, alone', 30), summary('webserv, beside reloads', 40)];
  const text = reloads({ ...noFindings(), reloads: { summaries, reloads: 20, longestRound: 26 } });
  expect(text).toContain('In 20 reloads the longest round of the loop took 26.0 ms.');
  expect(text).toMatch(/^\| webserv, beside reloads \| 1,000 \| 10\.0 \| 20\.0 \| 40\.0 \| 80\.0 \| 0 \|$/m);
});
