import type { Attack } from '../attack.ts';
import { crowd, type Intruder, pause, resetAll, tally } from '../crowd.ts';

const READ = '#!/bin/sh\ncat >/dev/null\nprintf "Content-Type: text/plain\\r\\n\\r\\nread\\n"\n';
const LARGE = '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\nhead -c 4000000 /dev/zero\n';

const HUGE = LARGE.replace('4000000', '80000000');

/** Sends `bytes` on each connection every 100 ms: 300 B/s with 30 of them. */
async function trickle(all: readonly Intruder[], bytes: string, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    for (const each of all) each.send(bytes);
    await pause(100, over);
  }
}

/** Slots of the whole server that slow clients hold. */
export const slots: readonly Attack[] = [
  {
    name: 'slow-bodies',
    what: '64 bodies of 1 MB for a script at 300 B/s',
    errand: 'script',
    seconds: 12,
    prepare: (ground) => ground.file('cgi/read.sh', READ, 0o755),
    async play({ port, over }) {
      const all = await crowd(64, port);
      for (const each of all) {
        each.send('POST /cgi/read.sh HTTP/1.1\r\nHost: attacker\r\nContent-Length: 1000000\r\n\r\n');
      }
      await trickle(all, 'x'.repeat(30), over);
      const words = tally(all);
      resetAll(all);
      return words;
    },
  },
  {
    name: 'slow-outputs',
    what: '64 clients of a script that do not read its 4 MB',
    errand: 'script',
    seconds: 12,
    prepare: (ground) => ground.file('cgi/large.sh', LARGE, 0o755),
    async play({ port, over }) {
      const all = await crowd(64, port);
      for (const each of all) {
        each.stopReading();
        each.send('GET /cgi/large.sh HTTP/1.1\r\nHost: attacker\r\n\r\n');
      }
      await pause(11_000, over);
      resetAll(all);
      return '64 asked';
    },
  },
  {
    name: 'upload-heads',
    what: '300 heads of uploads without a body',
    errand: 'upload',
    seconds: 10,
    async play({ port, over }) {
      const all = await crowd(300, port);
      all.forEach((each, index) => {
        each.send(
          `POST /up/a${index}.bin HTTP/1.1\r\nHost: attacker\r\nContent-Type: application/x\r\nContent-Length: 900000\r\n\r\n`,
        );
      });
      await pause(9_000, over);
      const words = tally(all);
      resetAll(all);
      return words;
    },
  },
  {
    name: 'spools-left',
    what: '20 clients that leave at once what 20 scripts have written, 64 MB each',
    errand: 'page',
    seconds: 10,
    prepare: (ground) => ground.file('cgi/huge.sh', HUGE, 0o755),
    async play({ port, over }) {
      const all = await crowd(20, port);
      for (const each of all) {
        each.stopReading();
        each.send('GET /cgi/huge.sh HTTP/1.1\r\nHost: attacker\r\n\r\n');
      }
      await pause(7_000, over);
      resetAll(all);
      await pause(2_000, over);
      return '20 asked';
    },
  },
  {
    name: 'scripts-left',
    what: 'a script asked for and left 1,000 times a second',
    errand: 'page',
    seconds: 8,
    async play({ port, over }) {
      let asked = 0;
      while (!over.aborted) {
        const all = await crowd(20, port);
        for (const each of all) each.send('GET /cgi/hello.sh HTTP/1.1\r\nHost: attacker\r\n\r\n');
        await pause(20, over);
        asked += all.length;
        resetAll(all);
      }
      return `${asked} asked and left`;
    },
  },
];
