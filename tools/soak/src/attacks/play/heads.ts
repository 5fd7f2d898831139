import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Attack } from '../attack.ts';
import { crowd, type Intruder, pause, resetAll, tally } from '../crowd.ts';

const AGENT = '\xff'.repeat(15_000);
const LONG = `GET /page.html HTTP/1.1\r\nHost: attacker\r\nUser-Agent: ${AGENT}\r\n\r\n`;

/** Counts the lines of the access log that name the attacker. The log may be larger than a string can be. */
async function linesOf(folder: string): Promise<number> {
  let count = 0;
  const input = createReadStream(join(folder, 'log/access.log'), 'latin1');
  for await (const line of createInterface({ input })) if (line.startsWith('127.0.0.1 ')) count++;
  return count;
}

/** Heads that cost the server more than their sender. */
export const heads: readonly Attack[] = [
  {
    name: 'long-agents',
    what: 'heads of 15 KB whose every byte is escaped in the log, as fast as four connections can',
    errand: 'page',
    directives: 'keepalive_requests 1000000;',
    seconds: 8,
    async play({ port, over, ground }) {
      const all = await crowd(4, port);
      let asked = 0;
      const answered = new Map<Intruder, number>();
      for (const each of all) {
        answered.set(each, 0);
        each.socket.on('data', (chunk: Buffer) => {
          const came = chunk.toString('latin1').split('HTTP/1.1 200').length - 1;
          answered.set(each, (answered.get(each) ?? 0) + came);
          if (over.aborted) return;
          for (let index = 0; index < came; index++) each.send(LONG);
          asked += came;
        });
        each.send(LONG.repeat(4));
        asked += 4;
      }
      await pause(8_000, over);
      resetAll(all);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      let answers = 0;
      for (const count of answered.values()) answers += count;
      const lines = await linesOf(ground.folder);
      return `${answers} answers read, ${lines} lines, ${(ground.logSize() / 2 ** 20).toFixed(0)} MiB of log (${asked} asked)`;
    },
  },
  {
    name: 'field-lines',
    what: 'a script asked with 9,900 names of fields, max_headers 10000',
    errand: 'page',
    directives: 'max_headers 10000; max_header 1m;',
    seconds: 12,
    async play({ port, over }) {
      let fields = '';
      for (let index = 0; index < 9_900; index++) fields += `x-field-${index}: 1\r\n`;
      const all = await crowd(4, port);
      for (const each of all) each.send(`GET /cgi/hello.sh HTTP/1.1\r\nHost: attacker\r\n${fields}\r\n`);
      while (all.some((each) => each.received === 0 && !each.gone) && !over.aborted) await pause(20, over);
      const words = tally(all);
      resetAll(all);
      return words;
    },
  },
  {
    name: 'one-line-fields',
    what: 'a script asked with one field in 9,900 lines, max_headers 10000',
    errand: 'page',
    directives: 'max_headers 10000; max_header 1m;',
    seconds: 12,
    async play({ port, over }) {
      const all = await crowd(4, port);
      for (const each of all)
        each.send(`GET /cgi/hello.sh HTTP/1.1\r\nHost: attacker\r\n${'cookie: a=1\r\n'.repeat(9_900)}\r\n`);
      while (all.some((each) => each.received === 0 && !each.gone) && !over.aborted) await pause(20, over);
      const words = tally(all);
      resetAll(all);
      return words;
    },
  },
];
