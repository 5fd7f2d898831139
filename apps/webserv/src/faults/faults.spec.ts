import { heldOf } from '../testing/held.ts';
import { complaintsOf, summaryOf } from './testing/verdict.ts';
import { World } from './testing/world.ts';

/** How many seeds; the nightly run has more. One seed alone, with its trace, where it is named. */
const SEEDS = Number(process.env['WEBSERV_FAULT_SEEDS'] ?? 2000);
const FIRST = Number(process.env['WEBSERV_FAULT_FIRST'] ?? 1);
const ONE = process.env['WEBSERV_FAULT_SEED'];
const CHUNK = 250;
/** For one chunk, on a machine that is slow and busy. */
const PATIENCE_MS = 60_000;

async function complaints(
  seed: number,
  trace: string[] | null = null,
): Promise<{ found: string[]; world: World }> {
  const world = new World(seed, trace);
  const thrown: string[] = [];
  try {
    await world.run();
  } catch (error) {
    thrown.push(`thrown: ${error instanceof Error ? error.stack : error}`);
  }
  return { found: [...thrown, ...complaintsOf(world)], world };
}

function replay(seed: number): string {
  return `replay: (cd apps/webserv && WEBSERV_FAULT_SEED=${seed} npx jest src/faults)`;
}

async function report(seed: number): Promise<string> {
  const trace: string[] = [];
  const { found, world } = await complaints(seed, trace);
  return [...trace, summaryOf(world), ...found.map((complaint) => `WRONG: ${complaint}`), replay(seed)].join(
    '\n',
  );
}

it('the same seed is the same run', async () => {
  const traces: [string[], string[]] = [[], []];
  for (const trace of traces) for (let seed = 1; seed <= 20; seed++) await complaints(seed, trace);
  expect(traces[0].length).toBeGreaterThan(1000);
  expect(traces[1]).toEqual(traces[0]);
});

it('a run that is over is held by nobody', async () => {
  const worlds: WeakRef<World>[] = [];
  for (let seed = 1; seed <= 20; seed++) worlds.push(new WeakRef((await complaints(seed)).world));
  expect(await heldOf(worlds)).toEqual([]);
});

if (ONE !== undefined) {
  it(`seed ${ONE}`, async () => {
    const { found } = await complaints(Number(ONE));
    process.stderr.write(`${await report(Number(ONE))}\n`);
    expect(found).toEqual([]);
  });
} else {
  for (let first = FIRST; first < FIRST + SEEDS; first += CHUNK) {
    const last = Math.min(first + CHUNK, FIRST + SEEDS) - 1;
    it(
      `seeds ${first} to ${last} keep every promise`,
      async () => {
        const failed: string[] = [];
        for (let seed = first; seed <= last; seed++) {
          const { found } = await complaints(seed);
          if (found.length > 0) failed.push(`${found.slice(0, 3).join(' | ')}\n  ${replay(seed)}`);
        }
        expect(failed.join('\n')).toEqual('');
      },
      PATIENCE_MS,
    );
  }
}
