import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '../../testing/command.ts';
import { Peer } from '../../testing/peer.ts';
import { TestSite } from '../../testing/site.ts';
import type { AloneProbe } from './probe.ts';

const POST = 'POST /name HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx';

/** What becomes of an upload under way when the process gets TERM: its answer, or that it was cut. */
async function atTerm(line: string, goOn: boolean): Promise<number | 'cut'> {
  const site = new TestSite();
  site.file('uploads/.keep');
  const conf = site.file(
    'site.conf',
    `${line} server { listen 127.0.0.1:0; access_log off; root .; method POST; upload_path uploads; location / { } }`,
  );
  const command = new Command(['-c', conf]);
  try {
    const peer = await Peer.open(await command.port());
    peer.send(`${POST.replace('/name', '/first')}y`);
    expect((await peer.answer()).status).toBe(201);
    peer.send(POST.replace('Host', 'Expect: 100-continue\r\nHost').slice(0, -1));
    await peer.until((bytes) => bytes.includes('100 Continue'));
    command.kill('SIGTERM');
    if (goOn) peer.send('xy');
    const found = await peer.answer().then(
      ({ status }) => status,
      () => 'cut' as const,
    );
    peer.close();
    await command.ended;
    return found;
  } finally {
    command.kill('SIGKILL');
    await command.ended;
    await site.close();
  }
}

/** The pid file of a running server, which is there from its first word on. */
async function pidIn(name: string): Promise<void> {
  const site = new TestSite();
  const conf = site.file(
    'site.conf',
    `pid ${name}; server { listen 127.0.0.1:0; access_log off; root .; location / { auto_index on; } }`,
  );
  const command = new Command(['-c', conf]);
  try {
    await command.port();
    expect(readFileSync(join(site.folder, name), 'utf8')).toBe(`${command.pid}\n`);
  } finally {
    command.kill('SIGKILL');
    await command.ended;
    await site.close();
  }
}

/** The process itself: its number and its end. */
export const STOPPING: Readonly<Record<string, AloneProbe>> = {
  pid: {
    alone: async () => {
      await pidIn('a.pid');
      await pidIn('b.pid');
    },
  },
  stop_timeout: {
    alone: async () => {
      expect(await atTerm('stop_timeout 0;', false)).toBe('cut');
      expect(await atTerm('stop_timeout 50ms;', false)).toBe('cut');
      expect(await atTerm('stop_timeout 1h;', true)).toBe(201);
    },
  },
};
