import { chmodSync } from 'node:fs';
import type { Running } from '../index.ts';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { heldOf } from '../testing/held.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

let site: TestSite;
let peer: Peer | null = null;

beforeEach(() => {
  site = new TestSite();
});

afterEach(async () => {
  peer?.close();
  peer = null;
  await site.close();
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('a closed server has outlived its scripts, stubborn ones too', async () => {
  const script = site.file(
    'cgi/stubborn.sh',
    '#!/bin/sh\ntrap "" TERM\nprintf \'Content-Type: text/plain\\n\\npid=%d.\' $$\nwhile :; do sleep 100; done\n',
  );
  chmodSync(script, 0o755);
  const port = site.start(`
    server { listen 127.0.0.1:0; access_log off; error_log off; root cgi; location / { cgi stubborn.sh; } }
  `);
  peer = (await Peer.open(port)).send(get('/stubborn.sh'));
  let pid = 0;
  await peer.until((bytes) => {
    pid = Number(/pid=(\d+)\./.exec(bytes.toString('latin1'))?.[1] ?? 0);
    return pid > 0;
  });
  expect(alive(pid)).toBe(true);
  await site.running?.close();
  expect(alive(pid)).toBe(false);
});

it.each(DRIVERS)('a server on %s that has closed is held by nobody', async (use) => {
  site.file('public/page.html', 'a page');
  const servers: WeakRef<Running>[] = [];
  for (let round = 0; round < 3; round++) {
    const port = site.start(
      `error_log error.log;
       server { listen 127.0.0.1:0; access_log access.log; root public; location / { method GET; } }`,
      driverOptions(use),
    );
    peer = (await Peer.open(port)).send(get('/page.html', 'Connection: close\r\n'));
    expect((await peer.rest()).toString('latin1')).toMatch(/^HTTP\/1\.1 200 /);
    await site.running?.close();
    servers.push(new WeakRef(site.running as Running));
    site.running = null;
  }
  expect(await heldOf(servers)).toEqual([]);
});
