import type { Attack, Ground, Target } from '../attack.ts';
import { crowd, Intruder, pause, resetAll, tally } from '../crowd.ts';

const FILES = 1_000;
const PAGES = 20_000;

function formOf(files: number, ending: string): string {
  const parts = Array.from(
    { length: files },
    (_each, index) => `--b\r\nContent-Disposition: form-data; name=f; filename=f${index}\r\n\r\nx\r\n`,
  );
  return parts.join('') + ending;
}

function post(path: string, type: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: attacker\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Makes the server keep every page of the folder in its cache. */
async function fillCache({ port, over }: Target): Promise<void> {
  const reader = new Intruder(port);
  await reader.connected();
  for (let index = 0; index < PAGES && !over.aborted; index += 100) {
    let text = '';
    for (let each = index; each < index + 100; each++)
      text += `GET /many/${each}.txt HTTP/1.1\r\nHost: a\r\n\r\n`;
    const before = reader.received;
    reader.send(text);
    while (reader.received < before + 100 * 200 && !reader.gone && !over.aborted) await pause(2, over);
    if (reader.gone) return;
  }
  reader.reset();
}

function manyPages(ground: Ground): void {
  for (let index = 0; index < PAGES; index++) ground.file(`files/many/${index}.txt`, `page ${index}`);
}

/** Uploads that make the server walk over what it keeps. */
export const uploads: readonly Attack[] = [
  {
    name: 'form',
    what: 'forms of 1,000 files beside 20,000 pages in the cache',
    errand: 'page',
    directives: 'keepalive_requests 1000000; max_pipeline 1000;',
    seconds: 40,
    prepare: manyPages,
    async play(target) {
      await fillCache(target);
      let status = '';
      for (let round = 0; round < 3 && !target.over.aborted; round++) {
        const [one] = (await crowd(1, target.port)) as [Intruder];
        one.send(post('/up/', 'multipart/form-data; boundary=b', formOf(FILES, '--b--\r\n')));
        while (one.received === 0 && !one.gone && !target.over.aborted) await pause(5, target.over);
        status += `${one.status} `;
        one.reset();
      }
      return status.trim();
    },
  },
  {
    name: 'broken-forms',
    what: '20 forms of 1,000 files that break at their end',
    errand: 'page',
    seconds: 15,
    async play({ port, over }) {
      const all = await crowd(20, port);
      for (const each of all)
        each.send(post('/up/', 'multipart/form-data; boundary=b', formOf(FILES, 'no boundary')));
      await Promise.all(all.map((each) => each.ended(over)));
      const words = tally(all);
      resetAll(all);
      return words;
    },
  },
  {
    name: 'small-uploads',
    what: 'thirty uploads of one byte a second; a compressed page beside them',
    errand: 'page',
    directives: 'compress br;',
    seconds: 10,
    // Compressing it takes longer than the time between two uploads.
    prepare: (ground) => ground.file('files/text.txt', ground.random.bytes(450_000).toString('hex')),
    async play({ port, over }) {
      const [reader, writer] = (await crowd(2, port)) as [Intruder, Intruder];
      let answers = 0;
      let coded = 0;
      reader.socket.on('data', (chunk: Buffer) => {
        const text = chunk.toString('latin1');
        answers += text.split('HTTP/1.1 200').length - 1;
        coded += text.split('Content-Encoding: br').length - 1;
      });
      for (let round = 0; !over.aborted; round++) {
        writer.send(post(`/up/one-${round % 10}.txt`, 'text/plain', 'x'));
        reader.send('GET /text.txt HTTP/1.1\r\nHost: attacker\r\nAccept-Encoding: br\r\n\r\n');
        await pause(33, over);
      }
      resetAll([reader, writer]);
      return `${coded} of ${answers} answers compressed`;
    },
  },
  {
    name: 'byte-chunks',
    what: 'eight uploads of 300,000 chunks of one byte',
    errand: 'page',
    seconds: 15,
    async play({ port, over }) {
      const all = await crowd(8, port);
      const chunks = '1\r\nx\r\n'.repeat(300_000);
      all.forEach((each, index) => {
        each.send(
          `POST /up/c${index}.bin HTTP/1.1\r\nHost: a\r\nContent-Type: application/x\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
        );
      });
      while (all.some((each) => each.received === 0 && !each.gone) && !over.aborted) await pause(20, over);
      const words = tally(all);
      resetAll(all);
      return words;
    },
  },
];
