import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Running } from '../index.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const RELOADS = 1000;
/** By then caches and pools have what they keep. */
const WARM = 200;
/** Bytes of the heap that the last 800 reloads may leave. One edition alone takes about 100 KiB. */
const LEFT_MAX = 4 << 20;

jest.setTimeout(300_000);

let site: TestSite;
let port: number;

function conf(round: number): string {
  const root = round % 2 === 0 ? 'even' : 'odd';
  const other = round % 3 === 0 ? 'listen unix:other.sock;' : '';
  return `error_log off; memory_limit ${32 + (round % 5)}m;
    server {
      listen 127.0.0.1:0; ${other} server_name a.test; root ${root}; access_log ${root}.log; error_log off;
      location / { default_file index.html; }
      location /up { method POST; upload_path up; upload_overwrite on; }
    }
    server { listen 127.0.0.1:0; server_name b.test; root odd; access_log off; location / { default_file index.html; } }`;
}

beforeEach(() => {
  site = new TestSite();
  site.aged('even/index.html', 'even');
  site.aged('odd/index.html', 'odd');
  site.file('up/.keep');
  port = site.start(conf(0));
});

afterEach(() => site.close());

function heap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

/** Asks again and again on one connection, and on a new one each tenth time, until it is over. */
async function client(isOver: () => boolean): Promise<number> {
  let answered = 0;
  let peer = await Peer.open(port);
  const upload = 'POST /up/file HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody';
  while (!isOver()) {
    const { status } = await peer.send(answered % 7 === 0 ? upload : get('/')).answer();
    if (![200, 201, 204].includes(status)) throw new Error(`status ${status}`);
    answered++;
    if (answered % 10 > 0) continue;
    peer.close();
    peer = await Peer.open(port);
  }
  peer.close();
  return answered;
}

it('a thousand reloads under load lose no request, and leave nothing behind', async () => {
  let over = false;
  const clients = Array.from({ length: 4 }, () => client(() => over));
  let before = 0;
  for (let round = 1; round <= RELOADS; round++) {
    expect(await site.reload(conf(round))).toBe('');
    if (round === WARM) before = heap();
  }
  over = true;
  const answered = await Promise.all(clients);
  expect(Math.min(...answered)).toBeGreaterThan(10);
  const held = (): number[] => {
    const { slots, watches, uploads, connections } = (site.running as Running).holdings();
    return [connections, slots, watches, uploads];
  };
  await until(() => held()[0] === 0);
  await site.reload(conf(0));
  await site.reload(conf(2));
  await until(() => site.running?.holdings().timers === 0);
  const [slots, fds] = [held(), readdirSync('/proc/self/fd').length];
  expect(heap() - before).toBeLessThan(LEFT_MAX);
  for (let round = 0; round < 10; round++) await site.reload(conf(round % 2 === 0 ? 4 : 2));
  // Fewer is well too: what the last of the thousand let go may not have been back yet when they were counted.
  await until(() => held().every((count, index) => count <= (slots[index] ?? 0)));
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(fds);
});
