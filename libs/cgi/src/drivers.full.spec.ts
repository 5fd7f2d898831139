import { createHash, randomBytes } from 'node:crypto';
import { Loop, type NamedDriver } from '@webserv/event-loop';
import { World } from './testing/world.ts';

const HEAD = "printf 'Content-Type: text/plain\\n\\n'";
const library = process.env['WEBSERV_KQUEUE_LIBRARY'];

function requestFor(name: NamedDriver): { name: NamedDriver; library?: string } {
  return library === undefined ? { name } : { name, library };
}

function isHere(name: NamedDriver): boolean {
  try {
    Loop.open({ use: requestFor(name) }).dispose();
    return true;
  } catch {
    return false;
  }
}

const all: NamedDriver[] = ['io_uring', 'epoll', 'kqueue', 'poll', 'select'];
// A driver of another system has no multiplexer to stand on; kqueue can be had by WEBSERV_KQUEUE_LIBRARY.
const here = all.filter(isHere);

describe.each(here)('scripts on %s', (name) => {
  let world: World;

  beforeEach(() => {
    // libkqueue lets go of a closed queue's descriptors when the next one is opened: so one is always left over.
    if (library !== undefined) isHere(name);
    world = new World({ maxCgi: 4 }, {}, requestFor(name));
    world.sh('echo', HEAD, 'exec cat');
    world.sh('hang', HEAD, 'echo hello', 'sleep 100');
    world.sh('errors', 'echo one >&2', 'exit 1');
    world.location('/', ['echo', 'errors']);
    // A time-out short enough to wait for, where nothing else can run into it.
    world.location('/short', ['hang'], { timeoutMs: 200 });
  });

  afterEach(async () => {
    expect(await world.close()).toEqual([]);
  });

  it.each([
    ['of known length', []],
    ['of unknown length', ['Transfer-Encoding: chunked']],
  ])('stream a body %s both ways', async (_what, fields) => {
    const body = randomBytes(1 << 20);
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => world.ask('POST', '/echo', fields, body)));
    const hashes = answers.map((answer) => createHash('sha256').update(answer.body).digest('hex'));
    expect(new Set(hashes)).toEqual(new Set([createHash('sha256').update(body).digest('hex')]));
  });

  it('are ended when they rest too long, and collected', async () => {
    expect(await world.ask('GET', '/short/hang')).toMatchObject({ text: 'hello\n', failure: 'cgi_timeout' });
    await world.quiet();
  });

  it('are heard on stderr', async () => {
    const line = world.nextLine();
    expect((await world.ask('GET', '/errors')).status).toBe(502);
    await line;
    expect(world.lines).toEqual(['errors: one']);
  });
});
