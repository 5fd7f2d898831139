// deploy/haproxy: what moves one address between two machines with HAProxy.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { TestSite } from '../testing/site.ts';

const FOLDER = resolve(__dirname, '../../../../deploy/haproxy');
const FILES = ['keepalived.conf', 'keepalived-backup.conf'] as const;

/** One that this machine has, beside the loopback. */
const [NETWORK = ''] = Object.entries(networkInterfaces())
  .filter(([, addresses]) => addresses?.some(({ internal }) => !internal))
  .map(([name]) => name);

let site: TestSite;

beforeEach(() => {
  site = new TestSite();
});

afterEach(() => site.close());

/** What keepalived has to say about a configuration. It ends its whole group by TERM, so it has one of its own. */
function complaints(text: string): string {
  const file = site.file('keepalived.conf', text.replace('interface eth0', `interface ${NETWORK}`));
  const { stdout, stderr } = spawnSync('setsid', ['-w', 'keepalived', '-t', '-l', '-f', file], {
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`;
}

const text = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

const installed = spawnSync('/bin/sh', ['-c', 'command -v keepalived setsid']).status === 0;

// keepalived may be missing: .ci/run installs it. It reads its configuration as root, and asks for the network that is named.
const asRoot = installed && NETWORK !== '' && process.geteuid?.() === 0 ? it : it.skip;

asRoot.each(FILES)('keepalived has nothing to say about %s', (name) => {
  expect(complaints(text(name))).toBe('');
  expect(complaints(text(name).replace('advert_int', 'advert_ind'))).toContain(
    "Unknown keyword 'advert_ind'",
  );
});

it('the two machines name each other, and one of them goes first', () => {
  const [first, second] = FILES.map((name) => {
    const [, own] = /unicast_src_ip (\S+)/.exec(text(name)) ?? [];
    const [, other] = /unicast_peer \{\s*(\S+)/.exec(text(name)) ?? [];
    const [priority = 0, weight = 0] = ['priority', 'weight'].map((word) =>
      Number(new RegExp(`${word} (-?\\d+)`).exec(text(name))?.[1]),
    );
    return { own, other, priority, failing: priority + weight };
  });
  expect([first?.own, first?.other]).toEqual([second?.other, second?.own]);
  expect(first?.priority).toBeGreaterThan(second?.priority ?? 0);
  // An address moves when the first machine's HAProxy fails, and not when both do.
  expect(first?.failing).toBeLessThan(second?.priority ?? 0);
  expect(first?.failing).toBeGreaterThan(second?.failing ?? 0);
});
