import { TARGETS } from './targets/all.ts';

/** Long enough to show quadratic time, and short enough for the head of a form's part. */
const LENGTH = 7_500;
/** Milliseconds on a CPU for one input, which is read about ten times. Linear code takes two. */
const MOST_MS = 150;
/**
 * A configuration comes from the operator. For each of thousands of mistakes on one line, the column is counted from the
 * beginning of that line.
 */
const MOST_MS_OF: Readonly<Record<string, number>> = { config: 1_500 };
const FILLERS = [' ', '\t', ',', ', ', ';', '"', '\\', 'a', '0', '/', '%20', '\n', '='];
const MARKS = /[:;=",\n ]/g;

/**
 * Long runs of one character at the places where a language changes its state. An expression or a loop that goes back over
 * them again and again neither crashes nor runs for ever, but stops a server. Mutations are too short to show it.
 */
describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (name, target) => {
  const most = MOST_MS_OF[name] ?? MOST_MS;

  it('does work in proportion to the bytes, whatever they are', () => {
    const slow: string[] = [];
    for (const seed of target.seeds) {
      const marks = [0, ...[...seed.matchAll(MARKS)].map(({ index }) => index + 1), seed.length];
      const step = Math.ceil(marks.length / 8);
      for (const at of marks.filter((_mark, i) => i % step === 0)) {
        for (const filler of FILLERS) {
          const text = seed.slice(0, at) + filler.repeat(LENGTH / filler.length) + seed.slice(at);
          const started = process.cpuUsage();
          target.run(Buffer.from(text, 'latin1'));
          const { user, system } = process.cpuUsage(started);
          if (user + system > most * 1_000) slow.push(`${JSON.stringify(seed.slice(0, at))} + ${filler}`);
        }
      }
    }
    expect(slow).toEqual([]);
  }, 120_000);
});
