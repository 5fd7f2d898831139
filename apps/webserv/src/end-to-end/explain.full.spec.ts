import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadText } from '@webserv/config';
import { Random } from '@webserv/event-loop/testing';
import { type Explanation, explain, readAsked, realSystem, type System } from '@webserv/hosting';
import { serve } from '../index.ts';
import { Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { type Ask, planOf, plantSite } from './testing/explain-plan.ts';

/** One seed is one config and one request. */
const SEEDS = 250;

/** Nothing is watched: on some systems that takes most of the time of a server that answers one request. */
const UNWATCHED: System['paths'] = { ...realSystem.paths, look: () => null };

const site = new TestSite();

beforeAll(() => plantSite(site));
afterAll(() => site.close());

/** What of an answer does not depend on the time and the connection. */
interface Told {
  readonly script: boolean;
  readonly head: readonly string[];
  readonly log: string;
}

/** A script says what it wants, so only that it was asked is compared. */
const OF_SCRIPT: Told = { script: true, head: [], log: '' };

function steady(head: readonly string[]): string[] {
  return head
    .filter((line) => !/^(date|x-request-id):/i.test(line))
    .map((line) => line.replace(/(boundary=).*|(upload)-\d{8}T\d{6}-\w+/, '$1$2?'));
}

function steadyLine(text: string): string {
  return text
    .replace(/\[[^\]]*\]|\d\d:\d\d:\d\d/, '[time]')
    .replace(/( ms=|"ms":|"time":)("[^"]*"|[\d.]+)/g, '$1?')
    .replace(/\d+(\.\d+)? ?ms\b/, '? ms')
    .replace(/( id=|"id":)("[^"]*"|\S+)/, '$1?')
    .trim();
}

async function served(config: Config, ask: Ask): Promise<Told> {
  const running = serve(config, { system: { ...realSystem, paths: UNWATCHED } });
  const log = join(site.folder, 'access.log');
  try {
    const [address = ''] = running.addresses;
    const peer = await Peer.open(Number(address.slice(address.lastIndexOf(':') + 1)));
    const lines = [`${ask.method} ${ask.target} HTTP/1.1`, ...ask.fields, '', ''];
    const received = await peer.send(lines.join('\r\n')).send(Buffer.alloc(ask.body)).finish().rest();
    await running.close();
    const head =
      received
        .toString('latin1')
        .replace(/^HTTP\/1\.1 100 .*\r\n\r\n/, '')
        .split('\r\n\r\n')[0] ?? '';
    if (/^X-Script: /im.test(head)) return OF_SCRIPT;
    return { script: false, head: steady(head.split('\r\n')), log: steadyLine(readFileSync(log, 'latin1')) };
  } finally {
    await running.close();
    rmSync(log, { force: true });
  }
}

async function explained(config: Config, ask: Ask): Promise<Told> {
  const asked = readAsked([ask.method, ask.target], ask.fields, '127.0.0.1');
  if (typeof asked === 'string') throw new Error(asked);
  const told = await explain(config, asked, 'webserv/test', UNWATCHED);
  if ('problem' in told) throw new Error(told.problem);
  return told.script !== null
    ? OF_SCRIPT
    : { script: false, head: steady(told.answer?.head ?? []), log: logOf(told) };
}

function logOf({ logs }: Explanation): string {
  return steadyLine(logs.map(({ line }) => line).join('\n'));
}

/** The first plan whose config is good: most are. */
function goodPlan(random: Random): ReturnType<typeof planOf> & { readonly config: Config } {
  for (;;) {
    const plan = planOf(random);
    const loaded = loadText(plan.text, join(site.folder, 'site.conf'));
    if (loaded.ok) return { ...plan, config: loaded.config };
  }
}

describe('webserv explain', () => {
  it(`says of ${SEEDS} requests to as many configs what a server does with them`, async () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { text, ask, config } = goodPlan(new Random(seed));
      const told = await explained(config, ask);
      const seen = await served(config, ask);
      kinds.add(seen.script ? 'script' : (seen.head[0] ?? 'none'));
      expect({ seed, text, ask, ...told }).toEqual({ seed, text, ask, ...seen });
      if (ask.changes) plantSite(site);
    }
    // The plan would prove little if most requests ended alike.
    expect(kinds.size).toBeGreaterThan(12);
  }, 180_000);
});
