import { loadText, memoryDisk } from '@webserv/config';
import { hold } from './contest.ts';
import { headContests } from './heads.ts';
import { configText, stageContests } from './stages.ts';

/** The shortest run that there is: what it finds is no measurement. */
const ONCE = { batch: 0.001, rounds: 1, clock: () => Number(process.hrtime.bigint()) };

describe('the contests of the libraries', () => {
  it.each([...headContests(), ...stageContests()].map((one) => [one.subject, one] as const))(
    '%s can be held, ours first',
    (subject, contest) => {
      const standings = hold(contest, ONCE);
      expect(standings[0]).toMatchObject({ subject, name: 'webserv', ratio: { figure: 1 } });
      expect(standings.every(({ ns }) => ns.median > 0)).toBe(true);
    },
  );

  it.each([1000, 10_000])('a configuration of %i lines has as many, and is valid', (lines) => {
    const text = configText(lines);
    expect(text.split('\n')).toHaveLength(lines + 1);
    expect(loadText(text, '/srv/x.conf', memoryDisk({ '/srv/www/': {} }))).toMatchObject({ ok: true });
  });
});
