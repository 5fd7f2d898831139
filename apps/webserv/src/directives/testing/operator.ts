import { basename } from 'node:path';
import { Command } from '../../testing/command.ts';
import { get, Peer } from '../../testing/peer.ts';
import { TestSite } from '../../testing/site.ts';
import type { AloneProbe, Probe } from './probe.ts';

async function statusOf(target: number | string, path: string): Promise<number> {
  const peer = await Peer.open(target);
  const { status } = await peer.send(get(path, 'Connection: close\r\n')).answer();
  peer.close();
  return status;
}

/** A server that is to stop, and the addresses to look at it. */
async function drained(line: string, look: (command: Command, port: number, door: string) => Promise<void>) {
  const site = new TestSite();
  site.file('index.html', 'home');
  const conf = site.file(
    'site.conf',
    `${line} admin unix:admin.sock; server { listen 127.0.0.1:0; access_log off; root .; location / { } }`,
  );
  const command = new Command(['-c', conf]);
  try {
    const port = await command.port();
    const door = `${site.folder}/admin.sock`;
    expect([await statusOf(door, '/readyz'), await statusOf(port, '/')]).toEqual([200, 200]);
    command.kill('SIGTERM');
    await look(command, port, door);
    expect((await command.ended).code).toBe(0);
  } finally {
    command.kill('SIGKILL');
    await command.ended;
    await site.close();
  }
}

/** Looks until the admin address says that the stop has begun. */
async function untilDraining(door: string): Promise<void> {
  while ((await statusOf(door, '/readyz')) !== 503);
}

/** The directives for the operator of the process. */
export const OPERATOR: Readonly<Record<string, Probe | AloneProbe>> = {
  admin: {
    settings: [
      ['admin unix:one.sock;', ['one.sock', 200]],
      ['admin unix:two.sock;', ['two.sock', 200]],
    ],
    observe: async ({ site }) => {
      const path = site.running?.admin?.slice('unix:'.length) ?? '';
      return [basename(path), await statusOf(path, '/healthz')];
    },
  },
  workers: {
    alone: async () => {
      for (const count of [2, 3]) {
        const site = new TestSite();
        const conf = site.file(
          'site.conf',
          `workers ${count}; admin unix:a.sock; server { listen 127.0.0.1:0; access_log off; root .; location / { } }`,
        );
        const command = new Command(['-c', conf]);
        try {
          await command.port();
          const peer = await Peer.open(`${site.folder}/a.sock`);
          const { body } = await peer.send(get('/status.json', 'Connection: close\r\n')).answer();
          peer.close();
          expect(JSON.parse(String(body)).workers).toHaveLength(count);
        } finally {
          command.kill('SIGTERM');
          await command.ended;
          await site.close();
        }
      }
    },
  },
  drain_delay: {
    alone: async () => {
      await drained('', async () => {});
      await drained('drain_delay 50ms;', async () => {});
      await drained('drain_delay 1h;', async (command, port, door) => {
        await untilDraining(door);
        expect(await statusOf(port, '/')).toBe(200);
        command.kill('SIGINT');
      });
      await drained('drain_delay 1h;', async (command, _port, door) => {
        await untilDraining(door);
        // An operator that goes on sending TERM does not want to wait.
        const again = setInterval(() => command.kill('SIGTERM'), 20);
        await command.ended.finally(() => clearInterval(again));
      });
    },
  },
};
