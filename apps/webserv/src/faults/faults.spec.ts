import { stat } from 'node:fs/promises';
import { heldOf } from '../testing/held.ts';
import { removeKeyFiles } from './testing/keys.ts';
import type { Protocol } from './testing/site-plan.ts';
import { complaintsOf, summaryOf } from './testing/verdict.ts';
import { World } from './testing/world.ts';

/** How many seeds; the nightly run has more. One seed alone, with its trace, where it is named. */
const SEEDS = Number(process.env['WEBSERV_FAULT_SEEDS'] ?? 2000);
const FIRST = Number(process.env['WEBSERV_FAULT_FIRST'] ?? 1);
const ONE = process.env['WEBSERV_FAULT_SEED'];
/** A part of the seeds is played over HTTP/2, and another one over TLS. */
const PROTOCOLS: Readonly<Record<Protocol, number>> = {
  http1: SEEDS,
  http2: Math.ceil(SEEDS / 4),
  tls: Math.ceil(SEEDS / 8),
};
const CHUNK = 100;
const LOOKS = 50;
/** For one chunk, on a machine that is slow and busy. */
const PATIENCE_MS = 60_000;

async function complaints(
  seed: number,
  protocol: Protocol,
  trace: string[] | null = null,
): Promise<{ found: string[]; world: World }> {
  const world = new World(seed, protocol, trace);
  const thrown: string[] = [];
  try {
    await world.run();
  } catch (error) {
    thrown.push(`thrown: ${error instanceof Error ? error.stack : error}`);
  }
  return { found: [...thrown, ...complaintsOf(world)], world };
}

/** A server with TLS has asked the real disk about its certificates. The answers hold it until they are here. */
async function heldAtLast(worlds: readonly WeakRef<World>[]): Promise<number[]> {
  for (let look = 1; ; look++) {
    const held = await heldOf(worlds);
    if (held.length === 0 || look === LOOKS) return held;
    await stat('.');
  }
}

function replay(seed: number, protocol: Protocol): string {
  return `replay: (cd apps/webserv && WEBSERV_FAULT_SEED=${seed} npx jest src/faults -t ${protocol})`;
}

async function report(seed: number, protocol: Protocol): Promise<string> {
  const trace: string[] = [];
  const { found, world } = await complaints(seed, protocol, trace);
  return [
    ...trace,
    summaryOf(world),
    ...found.map((complaint) => `WRONG: ${complaint}`),
    replay(seed, protocol),
  ].join('\n');
}

afterAll(removeKeyFiles);

describe.each(Object.entries(PROTOCOLS) as [Protocol, number][])('%s', (protocol, seeds) => {
  it('the same seed is the same run', async () => {
    const traces: [string[], string[]] = [[], []];
    for (const trace of traces)
      for (let seed = 1; seed <= 20; seed++) await complaints(seed, protocol, trace);
    expect(traces[0].length).toBeGreaterThan(1000);
    expect(traces[1]).toEqual(traces[0]);
  });

  it('a run that is over is held by nobody', async () => {
    const worlds: WeakRef<World>[] = [];
    for (let seed = 1; seed <= 20; seed++) worlds.push(new WeakRef((await complaints(seed, protocol)).world));
    expect(await heldAtLast(worlds)).toEqual([]);
  });

  if (ONE !== undefined) {
    it(`seed ${ONE}`, async () => {
      const { found } = await complaints(Number(ONE), protocol);
      process.stderr.write(`${await report(Number(ONE), protocol)}\n`);
      expect(found).toEqual([]);
    });
    return;
  }
  for (let first = FIRST; first < FIRST + seeds; first += CHUNK) {
    const last = Math.min(first + CHUNK, FIRST + seeds) - 1;
    it(
      `seeds ${first} to ${last} keep every promise`,
      async () => {
        const failed: string[] = [];
        for (let seed = first; seed <= last; seed++) {
          const { found } = await complaints(seed, protocol);
          if (found.length > 0) failed.push(`${found.slice(0, 3).join(' | ')}\n  ${replay(seed, protocol)}`);
        }
        expect(failed.join('\n')).toEqual('');
      },
      PATIENCE_MS,
    );
  }
});
