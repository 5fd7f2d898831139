import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Visit } from './testing/visit.ts';
import { childrenOf, openDescriptors, turn, World } from './testing/world.ts';

const HEAD = "printf 'Content-Type: text/plain\\n\\n'";
const REQUESTS = 200;
const AT_ONCE = 20;

/** What a request of this number meets, and what is to come of it. */
interface Case {
  readonly target: string;
  readonly fields?: readonly string[];
  readonly body?: string;
  readonly leaves?: boolean;
  readonly status: number;
  readonly text?: string;
  readonly failure?: string;
}

const LONG = 'x'.repeat(200_000);

const CASES: readonly Case[] = [
  { target: '/plain', status: 200, text: 'hello\n' },
  { target: '/echo', body: LONG, status: 200, text: LONG },
  { target: '/echo', fields: ['Transfer-Encoding: chunked'], body: LONG, status: 200, text: LONG },
  { target: '/plain', status: 200, text: 'hello\n' },
  { target: '/echo', body: 'short', status: 200, text: 'short' },
  { target: '/plain', status: 200, text: 'hello\n' },
  { target: '/hang', status: 504 },
  { target: '/crash', status: 502 },
  { target: '/zeros', leaves: true, status: 200 },
  { target: '/half', status: 200, text: 'half\n', failure: 'cgi_timeout' },
];

describe('many scripts at once, a third of which hang, crash or lose their client', () => {
  it(`${REQUESTS} requests, ${AT_ONCE} at a time, leave nothing behind`, async () => {
    const world = new World({ maxCgi: 12, cgiQueue: 100 });
    world.sh('plain', HEAD, 'echo hello');
    world.sh('echo', HEAD, 'exec cat');
    world.sh('hang', 'sleep 100 &', 'wait');
    world.sh('half', HEAD, 'echo half', 'sleep 100');
    world.sh('crash', 'echo "about to fail" >&2', 'kill -SEGV $$');
    world.sh('zeros', HEAD, 'exec cat /dev/zero');
    world.location('/', ['plain', 'echo', 'hang', 'half', 'crash', 'zeros'], { timeoutMs: 1500 });
    const before = openDescriptors().length;
    let next = 0;
    const client = async (): Promise<void> => {
      while (next < REQUESTS) await request(world, CASES[next++ % CASES.length] as Case);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    await world.quiet();
    // The pipes of the last scripts are let go in the tick behind their end.
    while (openDescriptors().length > before) await turn();
    expect(childrenOf(process.pid)).toEqual([]);
    expect(readdirSync(join(world.folder, 'spool'))).toEqual([]);
    expect(await world.close()).toEqual([]);
  }, 60_000);
});

async function request(world: World, each: Case): Promise<void> {
  const { target, fields = [], body = '' } = each;
  if (each.leaves === true) {
    const visit = world.visit('GET', target).finish();
    await visit.replied;
    visit.leave();
    return;
  }
  const visit: Visit = await world.ask(body === '' ? 'GET' : 'POST', target, fields, body);
  const seen = {
    target,
    status: visit.status,
    failure: visit.failure,
    same: visit.text === (each.text ?? visit.text),
  };
  expect(seen).toEqual({ target, status: each.status, failure: each.failure ?? '', same: true });
}
