import { constants } from 'node:os';
import { join } from 'node:path';
import { ERRNO } from '@webserv/event-loop';
import { type Launcher, systemLauncher } from './process/launcher.ts';
import type { Visit } from './testing/visit.ts';
import { written } from './testing/visit.ts';
import { turn, World } from './testing/world.ts';

const HEAD = "printf 'Content-Type: text/plain\\n\\n'";

let world: World;

function open(
  limits: { maxCgi?: number; cgiQueue?: number },
  launcher: Partial<Launcher> = {},
  timeoutMs = 50_000,
): void {
  world = new World(limits, { launcher: { ...systemLauncher, ...launcher } });
  world.sh('quick', HEAD, 'echo quick');
  world.sh('gated', `while [ ! -e ${join(world.root, 'gate')} ]; do sleep 0.01; done`, HEAD, 'echo gated');
  world.sh('hanging', 'echo started >&2', 'sleep 100');
  world.sh('stubborn', 'trap "" TERM', 'echo started >&2', 'while :; do sleep 100; done');
  world.location('/', ['quick', 'gated', 'hanging', 'stubborn'], { timeoutMs });
}

afterEach(async () => {
  expect(await world.close()).toEqual([]);
});

function visit(target: string): Visit {
  return world.visit('GET', target).finish();
}

describe('the children of a server', () => {
  it('are max_cgi at once, the others in order', async () => {
    open({ maxCgi: 2, cgiQueue: 10 });
    let most = 0;
    const visits = ['/gated', '/gated', '/quick', '/quick', '/quick'].map(async (target) => {
      const { done } = visit(target);
      most = Math.max(most, world.runner.children);
      const answered = await done;
      most = Math.max(most, world.runner.children);
      return answered;
    });
    expect([world.runner.children, world.runner.waiting(world.server)]).toEqual([2, 3]);
    world.file('gate', '');
    const done = await Promise.all(visits);
    expect(most).toBe(2);
    expect(done.map(({ text }) => text)).toEqual(['gated\n', 'gated\n', 'quick\n', 'quick\n', 'quick\n']);
  });

  it('have their turn in the order in which they came', async () => {
    open({ maxCgi: 1, cgiQueue: 10 });
    const order: string[] = [];
    const visits = ['/gated?1', '/quick?2', '/quick?3', '/quick?4', '/quick?5'].map((target) => {
      const each = visit(target);
      void each.replied.then(() => order.push(target));
      return each.done;
    });
    world.file('gate', '');
    await Promise.all(visits);
    expect(order).toEqual(['/gated?1', '/quick?2', '/quick?3', '/quick?4', '/quick?5']);
  });

  it('and those that wait are bounded: 503 with Retry-After, before any body is asked for', async () => {
    open({ maxCgi: 1, cgiQueue: 1 });
    const first = visit('/gated');
    const second = visit('/gated');
    const third = await world.ask('POST', '/quick', ['Expect: 100-continue', 'Content-Length: 100']);
    expect([third.status, third.header('Retry-After'), third.place, third.given]).toEqual([
      503,
      '1',
      'cgi_queue',
      0,
    ]);
    const chunked = await world.ask('POST', '/quick', ['Transfer-Encoding: chunked'], 'body');
    expect([chunked.status, chunked.header('Retry-After')]).toEqual([503, '1']);
    world.file('gate', '');
    expect([(await first.done).status, (await second.done).status]).toEqual([200, 200]);
  });

  it('and nobody waits longer for a turn than for an answer', async () => {
    open({ maxCgi: 1 });
    world.location('/impatient', ['quick'], { timeoutMs: 100 });
    const first = visit('/gated');
    const second = visit('/impatient/quick');
    expect([(await second.done).status, second.place]).toEqual([503, 'cgi_timeout in the queue']);
    world.file('gate', '');
    expect((await first.done).text).toBe('gated\n');
  });

  it('and who goes while it waits is passed over', async () => {
    open({ maxCgi: 1 });
    const first = visit('/gated');
    const second = visit('/hanging');
    const third = visit('/quick');
    second.leave();
    world.file('gate', '');
    expect([(await first.done).text, (await third.done).text]).toEqual(['gated\n', 'quick\n']);
    expect(world.lines).toEqual([]);
  });

  it('are ended where their client goes while they are being started', async () => {
    open({ maxCgi: 1 });
    const first = visit('/hanging');
    const second = visit('/quick');
    first.leave();
    expect((await second.done).text).toBe('quick\n');
  });

  it('leave their place when one is ended', async () => {
    open({ maxCgi: 1 });
    const first = visit('/hanging');
    const second = visit('/quick');
    await world.nextLine();
    first.leave();
    expect((await second.done).text).toBe('quick\n');
  });
});

describe('a client', () => {
  const size = 1_000_000;

  it('of few bytes holds no child, in whichever direction it is slow', async () => {
    open({ maxCgi: 2, cgiQueue: 0 });
    world.file('large', 'x'.repeat(size), 0o644);
    world.sh('large.sh', HEAD, 'exec cat large');
    world.location('/', ['quick', 'large.sh'], { timeoutMs: 50_000 });
    const senders = Array.from({ length: 32 }, () =>
      world.visit('POST', '/quick', ['Content-Length: 1000000']).send('some'),
    );
    const readers: Visit[] = [];
    for (let count = 0; count < 32; count++) {
      const reader = world.visit('GET', '/large.sh');
      reader.eager = false;
      reader.finish();
      readers.push(reader);
      await reader.replied;
      expect(reader.status).toBe(200);
      await world.quiet();
    }
    expect((await visit('/quick').done).text).toBe('quick\n');
    expect(world.runner.children).toBe(0);
    for (const each of [...senders, ...readers]) each.leave();
    await turn();
    await turn();
    expect([world.ledger.bytes, world.memory.bytes]).toEqual([0, 0]);
  });

  it('that holds a script back gives up its place where others wait, the slowest first', async () => {
    open({ maxCgi: 2, cgiQueue: 10 });
    world.file('large', 'x'.repeat(size), 0o644);
    world.sh('large.sh', HEAD, 'exec cat large');
    world.location('/large', ['large.sh'], { timeoutMs: 50_000, cgiSpool: 0 });
    const [fast, slow] = ['/large/large.sh', '/large/large.sh'].map((target) => {
      const each = world.visit('GET', target);
      each.eager = false;
      return each.finish();
    }) as [Visit, Visit];
    await Promise.all([fast.replied, slow.replied]);
    for (let count = 0; count < 5; count++) await fast.next();
    expect((await visit('/quick').done).text).toBe('quick\n');
    slow.eager = true;
    slow.pull();
    expect((await slow.done).failure).toBe('max_cgi: the slowest reader');
    fast.eager = true;
    fast.pull();
    expect((await fast.done).body).toHaveLength(size);
  });

  it('of one address leaves places to others', async () => {
    world = new World({ maxCgi: 4, cgiQueue: 8, share: 75 });
    world.sh('hanging', 'sleep 100');
    world.sh('quick', HEAD, 'echo quick');
    world.location('/', ['hanging', 'quick'], { timeoutMs: 50_000 });
    const hanging = Array.from({ length: 20 }, () => visit('/hanging'));
    await hanging[19]?.done;
    expect([world.runner.children, world.runner.waiting(world.server)]).toEqual([3, 6]);
    expect(hanging.filter(({ status }) => status === 503)).toHaveLength(11);
    world.remote = '192.0.2.2';
    expect((await visit('/quick').done).text).toBe('quick\n');
    for (const each of hanging) each.leave();
  });
});

describe('the end of the server', () => {
  it('is the end of every child', async () => {
    open({ maxCgi: 2 });
    const visits = [visit('/hanging'), visit('/hanging'), visit('/quick')];
    while (world.lines.length < 2) await world.nextLine();
    await new Promise<void>((resolve) => world.runner.close(resolve));
    expect(world.runner.children).toBe(0);
    const done = await Promise.all(visits.map((each) => each.done));
    expect(done.map(({ status }) => status)).toEqual([502, 502, 503]);
    const late = await world.ask('GET', '/quick');
    expect([late.status, late.header('Retry-After')]).toEqual([503, '1']);
  });

  it('is that of a child that is only being started', async () => {
    open({});
    const starting = visit('/hanging');
    expect(world.runner.children).toBe(1);
    await new Promise<void>((resolve) => world.runner.close(resolve));
    expect([(await starting.done).status, starting.place]).toEqual([503, 'server closing']);
  });

  it('comes within a second for a child that does not want to end, and at once when it is asked for again', async () => {
    const signals: number[] = [];
    open(
      {},
      {
        killGroup: (group, signal) => {
          signals.push(signal);
          return systemLauncher.killGroup(group, signal);
        },
      },
    );
    visit('/stubborn');
    await world.nextLine();
    const ended = new Promise<void>((resolve) => world.runner.close(resolve));
    expect(signals).toEqual([constants.signals.SIGTERM]);
    const again = new Promise<void>((resolve) => world.runner.close(resolve));
    expect(signals).toEqual([constants.signals.SIGTERM, constants.signals.SIGKILL]);
    await Promise.all([ended, again]);
  });

  it('comes at once where there is no child', async () => {
    open({});
    await world.ask('GET', '/quick');
    await world.quiet();
    let done = false;
    world.runner.close(() => {
      done = true;
    });
    expect(done).toBe(true);
  });

  it('can be had without waiting: every group is killed', async () => {
    const killed: [number, number][] = [];
    open(
      {},
      {
        killGroup: (group, signal) => {
          killed.push([group, signal]);
          return systemLauncher.killGroup(group, signal);
        },
      },
    );
    const hanging = visit('/stubborn');
    await world.nextLine();
    world.runner.killAll();
    expect(killed.map(([, signal]) => signal)).toEqual([constants.signals.SIGKILL]);
    expect((await hanging.done).status).toBe(502);
  });
});

describe('a call that fails', () => {
  it.each([
    ['no descriptor for a pipe', ERRNO.EMFILE, 503],
    ['no memory', ERRNO.ENOMEM, 503],
    ['something else', ERRNO.EIO, 502],
  ])('is answered for: %s', async (_what, errno, status) => {
    for (const broken of [0, 1, 2]) {
      let calls = 0;
      open(
        {},
        { openChildPipe: (ours) => (calls++ === broken ? -errno : systemLauncher.openChildPipe(ours)) },
      );
      const answer = await world.ask('POST', '/quick', [], 'body');
      expect([answer.status, answer.errno, answer.place]).toEqual([status, -errno, 'run script']);
      expect(world.runner.children).toBe(0);
      if (broken < 2) expect(await world.close()).toEqual([]);
    }
  });

  it.each([
    ['too many processes', ERRNO.EAGAIN, 503],
    ['no permission', ERRNO.EACCES, 403],
    ['too long a list of arguments', ERRNO.E2BIG, 502],
    ['no executable', ERRNO.ENOEXEC, 502],
  ])('is answered for, and its place in the queue is free again: %s', async (_what, errno, status) => {
    let calls = 0;
    open(
      { maxCgi: 1 },
      { spawn: (request, done) => (calls++ < 3 ? done(-errno) : systemLauncher.spawn(request, done)) },
    );
    const answers = await Promise.all(
      ['/quick', '/quick', '/quick', '/quick'].map((target) => visit(target).done),
    );
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status, 200]);
  });

  it('is answered for where a pipe cannot be watched, and the child is ended', async () => {
    for (const broken of [1, 2, 3, 4]) {
      open({});
      const { loop } = world;
      const register = loop.register.bind(loop);
      let calls = 0;
      // In this order: child, stderr, stdin, stdout.
      loop.register = (udata, interest) => (++calls === broken ? -ERRNO.EMFILE : register(udata, interest));
      const answer = await world.ask('POST', '/hanging', [], 'body');
      const place = broken < 3 ? 'run script' : 'register pipe';
      expect([answer.status, answer.place]).toEqual([503, place]);
      await world.quiet();
      if (broken < 4) expect(await world.close()).toEqual([]);
    }
  });

  it('leaves no zombie where a child cannot be waited for at first', async () => {
    open({});
    const { loop } = world;
    const awaitChild = loop.awaitChild.bind(loop);
    let failures = 2;
    loop.awaitChild = (op, pid) => {
      if (failures-- <= 0) {
        awaitChild(op, pid);
        return;
      }
      setImmediate(() => {
        op.result = -ERRNO.EMFILE;
        op.owner.complete(op);
      });
    };
    expect((await world.ask('GET', '/quick')).text).toBe('quick\n');
    await world.quiet();
    expect(failures).toBe(-1);
  });

  it('is told once where a group has gone already', async () => {
    open({}, { killGroup: () => -ERRNO.ESRCH }, 100);
    expect((await world.ask('GET', '/gated')).status).toBe(504);
    world.file('gate', '');
    await world.quiet();
  });
});

describe('the paths of its options', () => {
  it('are the script’s: PATH', async () => {
    world = new World({}, { path: '/bin:/usr/bin:/opt/x' });
    world.sh('s', HEAD, 'echo "$PATH"');
    world.location('/', ['s']);
    expect((await world.ask('GET', '/s')).text).toBe('/bin:/usr/bin:/opt/x\n');
  });

  it('and no other variable of the server’s is', async () => {
    process.env['WEBSERV_SECRET'] = 'secret';
    world = new World();
    world.sh('s', HEAD, 'env');
    world.location('/', ['s']);
    const { text } = await world.ask('GET', '/s');
    delete process.env['WEBSERV_SECRET'];
    expect(text).toMatch('SCRIPT_NAME=/s');
    expect(text).not.toMatch('secret');
    expect(written(join(world.root, 'nothing'))).toBe('');
  });
});
