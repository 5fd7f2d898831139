import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadText } from '@webserv/config';
import { Random } from '@webserv/event-loop/testing';
import { type Explanation, explain, readAsked, realSystem, type System } from '@webserv/hosting';
import { serve } from '../index.ts';
import { markdown } from '../server/markdown.ts';
import { TestSite } from '../testing/site.ts';
import { type Ask, type Plan, planOf, plantSite, type Way } from './testing/explain-plan.ts';
import { headOf } from './testing/head-of.ts';

/** One seed is one config and one request. */
const SEEDS = 500;
/** Configs that one server has at once: to start one takes longer than to answer. */
const TOGETHER = 5;

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

async function explained(config: Config, ask: Ask, way: Way): Promise<Told> {
  const asked = readAsked([ask.method, ask.target], ask.fields, '127.0.0.1', way === 'h2');
  if (typeof asked === 'string') throw new Error(asked);
  const told = await explain(config, asked, 'webserv/test', { paths: UNWATCHED, markdown: markdown() });
  if ('problem' in told) throw new Error(told.problem);
  return told.script !== null
    ? OF_SCRIPT
    : { script: false, head: steady(told.answer?.head ?? []), log: logOf(told) };
}

function logOf({ logs }: Explanation): string {
  return steadyLine(logs.map(({ line }) => line).join('\n'));
}

interface GoodPlan extends Plan {
  readonly seed: number;
  readonly config: Config;
}

function configOf(text: string): Config | null {
  const loaded = loadText(`error_log off;\n${text}\n`, join(site.folder, 'site.conf'));
  return loaded.ok ? loaded.config : null;
}

/** The first plan whose config is good: most are. */
function goodPlan(seed: number, at: number): GoodPlan {
  const random = new Random(seed);
  for (;;) {
    const plan = planOf(random, at);
    const config = configOf(plan.text);
    if (config !== null) return { ...plan, seed, config };
  }
}

/** Explains each request, and asks one server of all configs for it. */
async function compare(plans: readonly GoodPlan[], kinds: Set<string>): Promise<void> {
  const whole = configOf(plans.map(({ text }) => text).join('\n'));
  if (whole === null)
    throw new Error(`the configs ${plans.map(({ seed }) => seed).join()} do not go together`);
  const running = serve(whole, { system: { ...realSystem, paths: UNWATCHED } });
  const pairs: { readonly plan: GoodPlan; readonly told: Told; readonly head: string[] }[] = [];
  try {
    for (const plan of plans) {
      const told = await explained(plan.config, plan.ask, plan.way);
      const address = running.addresses.find((each) => each.startsWith(`${plan.address}:`));
      const port = Number(address?.slice(address.lastIndexOf(':') + 1));
      pairs.push({ plan, told, head: await headOf(plan.way, plan.address, port, plan.ask) });
      if (plan.ask.changes) plantSite(site);
    }
  } finally {
    await running.close();
  }
  for (const { plan, told, head } of pairs) {
    const { seed, text, ask, log, way } = plan;
    const byScript = head.some((line) => /^X-Script: /i.test(line));
    const line = steadyLine(readFileSync(join(site.folder, log), 'latin1'));
    const seen = byScript ? OF_SCRIPT : { script: false, head: steady(head), log: line };
    kinds.add(`${way} ${byScript ? 'script' : (head[0] ?? 'none')}`);
    expect({ seed, text, ask, way, ...told }).toEqual({ seed, text, ask, way, ...seen });
    rmSync(join(site.folder, log));
  }
}

describe('webserv explain', () => {
  it(`says of ${SEEDS} requests to as many configs what a server does with them`, async () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed += TOGETHER) {
      const plans = Array.from({ length: TOGETHER }, (_, index) => goodPlan(seed + index, index + 1));
      // What changes the site comes last: the server has read some of it when it started.
      await compare(
        [...plans.filter(({ ask }) => !ask.changes), ...plans.filter(({ ask }) => ask.changes)],
        kinds,
      );
    }
    // The plan would prove little if most requests ended alike.
    expect(kinds.size).toBeGreaterThan(40);
  }, 240_000);
});
