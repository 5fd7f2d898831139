import type { Attack, Ground } from '../attack.ts';
import { crowd, Intruder, pause, resetAll, tally } from '../crowd.ts';

const ENTRIES = 100_000;
const LIST = 'GET /list/ HTTP/1.1\r\nHost: attacker\r\n\r\n';

function manyEntries(ground: Ground): void {
  for (let index = 0; index < ENTRIES; index++) ground.file(`list/entry-${index}.txt`, '');
}

/** Answers that the server makes while it sends them. */
export const listings: readonly Attack[] = [
  {
    name: 'listings-unread',
    what: '200 listings of 100,000 entries that nobody reads; 512 MiB of heap',
    errand: 'page',
    node: ['--max-old-space-size=512'],
    seconds: 20,
    prepare: manyEntries,
    async play({ port, over }) {
      const all = await crowd(200, port);
      for (const each of all) {
        each.readOnce();
        each.send(LIST);
      }
      await pause(18_000, over);
      const words = tally(all);
      resetAll(all);
      return words;
    },
  },
  {
    name: 'listings-left',
    what: '1,000 listings of 100,000 entries whose clients hang up at once',
    errand: 'page',
    node: ['--max-old-space-size=512'],
    seconds: 20,
    prepare: manyEntries,
    async play({ port, over }) {
      let asked = 0;
      for (; asked < 1_000 && !over.aborted; asked += 50) {
        const all = await crowd(50, port);
        for (const each of all) each.send(LIST);
        await pause(50, over);
        resetAll(all);
      }
      await pause(3_000, over);
      const last = new Intruder(port);
      last.send(LIST);
      await pause(2_000, over);
      const words = `${asked} asked and left; the next one: ${last.status}`;
      last.reset();
      return words;
    },
  },
];
