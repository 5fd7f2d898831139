import { once } from 'node:events';
import net from 'node:net';
import { drivers, run } from './testing/hosted-process.ts';

/**
 * What Node and the loop owe each other, seen from outside: each test is a process of its own.
 */
const MEASURE = `
const SAMPLES = 40;
const late = [], promised = [], signalled = [];
let due = 0, raised = 0;
process.on('SIGTERM', () => signalled.push(performance.now() - raised));
function sample() {
  const now = performance.now();
  late.push(now - due);
  Promise.resolve().then(() => promised.push(performance.now() - now));
  raised = performance.now();
  process.kill(process.pid, 'SIGTERM');
  if (late.length === SAMPLES) return setTimeout(report, 50);
  due = performance.now() + 10;
  setTimeout(sample, 10);
}
function report() {
  const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
  tell({ ticks: loop.ticks, count: signalled.length, late: median(late), promised: median(promised), signalled: median(signalled) });
  process.exit(0);
}
const start = () => { due = performance.now() + 10; setTimeout(sample, 10); };
`;

interface Report {
  readonly ticks: number;
  readonly count: number;
  readonly late: number;
  readonly promised: number;
  readonly signalled: number;
}

/** In the middle of all samples. */
const LIVELY_MS = 250;

function expectLively(report: Report): void {
  expect(report.count).toBeGreaterThan(30);
  // Others may want the processor as well. What a wait on this thread keeps, it keeps for much longer.
  expect(report.late).toBeLessThan(LIVELY_MS);
  expect(report.promised).toBeLessThan(LIVELY_MS);
  expect(report.signalled).toBeLessThan(LIVELY_MS);
}

/** Keeps a connection busy until it is closed: a request of one piece, then the next. */
function load(port: number): net.Socket {
  const socket = net.connect(port, '127.0.0.1');
  const request = Buffer.alloc(100, 'x');
  let got = 0;
  socket.on('connect', () => socket.write(request));
  socket.on('data', (chunk) => {
    got += chunk.length;
    if (got % request.length === 0) socket.write(request);
  });
  socket.on('error', () => {});
  return socket;
}

describe.each(drivers)('Node hosts the loop on %s', (use) => {
  it('timers, promises and signal handlers are not held up while it idles', async () => {
    const it = run(use, `${MEASURE} listen(); start();`);
    expectLively((await it.next()) as Report);
    await it.ended;
  });

  it('and while it is under full load', async () => {
    const it = run(use, `${MEASURE} tell(listen()); process.stdin.once('data', start);`);
    const port = (await it.next()) as number;
    const sockets = Array.from({ length: 32 }, () => load(port));
    it.process.stdin?.write('go\n');
    const report = (await it.next()) as Report;
    for (const socket of sockets) socket.destroy();
    expectLively(report);
    // There was a load, however little of the machine the loop got.
    expect(report.ticks).toBeGreaterThan(20);
    await it.ended;
  });

  it('what is submitted outside of a tick is told without any event', async () => {
    const it = run(
      use,
      `
      class Writer extends Udata {
        op = new Op(this);
        complete(op) { tell({ result: op.result, ms: performance.now() - begun }); process.exit(0); }
      }
      const file = require('node:fs').openSync(require('node:os').devNull, 'w');
      const writer = new Writer('writer', file);
      loop.register(writer, Interest.FILE);
      let begun = 0;
      setTimeout(() => Promise.resolve().then(() => {
        begun = performance.now();
        loop.write(writer.op, Memory.from('12345'), 0, 5, -1);
      }), 100);`,
    );
    const { result, ms } = (await it.next()) as { result: number; ms: number };
    expect(result).toBe(5);
    expect(ms).toBeLessThan(LIVELY_MS);
    await it.ended;
  });

  it('a timer armed outside of a tick ends a rest that has no limit', async () => {
    const it = run(
      use,
      `
      class Sleeper extends Udata { timer = new Timer(this); complete() {} expire() { tell('rung'); loop.dispose(); } }
      const sleeper = new Sleeper('sleeper', -1);
      setTimeout(() => loop.arm(sleeper.timer, 30), 100);`,
    );
    expect(await it.next()).toBe('rung');
    expect((await it.ended).code).toBe(0);
  });

  it('wake ends a rest from another thread', async () => {
    const it = run(
      use,
      `
      loop.onWake = () => { tell('woken'); loop.dispose(); };
      setTimeout(() => new (require('node:worker_threads').Worker)(
        "require('node:fs').writeSync(require('node:worker_threads').workerData, '!')",
        { eval: true, workerData: loop.wakeToken }), 50);`,
    );
    expect(await it.next()).toBe('woken');
    expect((await it.ended).code).toBe(0);
  });

  it('what keeps the others waiting is noted', async () => {
    const it = run(
      use,
      `
      const port = listen();
      before = () => {
        const end = performance.now() + 30;
        while (performance.now() < end);
        // It is noted with the next tick, which may come behind this timer.
        setTimeout(function look() {
          if (loop.lag.longest < 29) return setTimeout(look);
          tell([loop.lag.longest, loop.lag.take()]);
          process.exit(0);
        });
      };
      tell(port);
      `,
    );
    const socket = net.connect((await it.next()) as number, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('x');
    const [longest, recent] = (await it.next()) as [number, number];
    // What the kernel was waited in afterwards is taken off, at its most.
    expect(longest).toBeGreaterThanOrEqual(29);
    expect(recent).toBe(longest);
    await it.ended;
    socket.destroy();
  });

  it('unref lets Node end, though it listens', async () => {
    const it = run(use, "listen(); setTimeout(() => { loop.unref(); tell('let go'); }, 100);");
    expect(await it.next()).toBe('let go');
    expect(await it.ended).toEqual({ code: 0, stderr: '' });
  });

  it('unref still serves while something else keeps Node alive', async () => {
    const it = run(use, 'tell(listen()); loop.unref(); process.stdin.resume();');
    const socket = net.connect((await it.next()) as number, '127.0.0.1');
    socket.write('echo');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toBe('echo');
    socket.destroy();
    it.process.stdin?.end();
    expect(await it.ended).toEqual({ code: 0, stderr: '' });
  });

  it('dispose leaves nothing that keeps Node alive', async () => {
    const it = run(
      use,
      "tell(listen()); process.stdin.once('data', () => { process.stdin.destroy(); loop.dispose(); });",
    );
    const socket = net.connect((await it.next()) as number, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('echo');
    await once(socket, 'data');
    it.process.stdin?.write('end\n');
    expect(await it.ended).toEqual({ code: 0, stderr: '' });
    socket.destroy();
  });

  it('process.exit ends it at once, whatever the loop waits on', async () => {
    const it = run(use, "listen(); setTimeout(() => { tell('now'); process.exit(7); }, 100);");
    expect(await it.next()).toBe('now');
    expect(await it.ended).toEqual({ code: 7, stderr: '' });
  });

  it('what is thrown without onFault is an uncaught exception, and the loop goes on', async () => {
    const it = run(
      use,
      `
      before = (client, op) => {
        if (op.result > 0 && op === client.input && op.bytes[op.offset] === 33) throw new Error('bang');
      };
      process.on('uncaughtException', (error) => tell(error.message));
      tell(listen());`,
    );
    const port = (await it.next()) as number;
    const [bad, good] = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')];
    bad.on('error', () => {});
    bad.write('!');
    expect(await it.next()).toBe('bang');
    good.write('echo');
    const [answer] = (await once(good, 'data')) as [Buffer];
    expect(answer.toString()).toBe('echo');
    bad.destroy();
    good.destroy();
    it.process.kill('SIGKILL');
    await it.ended;
  });

  it.each([
    ['of one thread', '1', 1],
    ['that is zero', '0', 1],
    ['of two, for three loops', '2', 3],
    ['of four, for six loops', '4', 6],
  ])(
    'a pool %s is not slept on: what wants a thread has it while the loops rest',
    async (_what, size, loops) => {
      const it = run(
        use,
        `
      const all = [loop];
      while (all.length < ${loops}) all.push(Loop.open({ use: { name: process.env.USE, library: process.env.KQUEUE || undefined } }));
      const port = listen();
      const fs = require('node:fs');
      // They are idle by now; what is asked one after the other takes several threads at different times.
      setTimeout(async () => {
        for (let round = 0; round < 5; round++) {
          await fs.promises.stat('/');
          await new Promise((done) => require('node:zlib').gzip('text', done));
          await new Promise((done) => {
            const nothing = fs.openSync('/dev/null', 'r+');
            spawnInThread({ file: '/bin/sh', args: ['sh', '-c', ':'], env: [], cwd: '', stdin: nothing, stdout: nothing, stderr: nothing, processGroup: false }, (pid) => {
              if (pid <= 0) throw new Error('spawn ' + pid);
              const waiter = new (class extends Udata { complete() { all.at(-1).close(this); done(); } })('child', -1);
              all.at(-1).register(waiter, Interest.READ);
              all.at(-1).awaitChild(new Op(waiter), pid);
            });
          });
        }
        tell(port);
      }, 50);`,
        { UV_THREADPOOL_SIZE: size },
      );
      const port = (await it.next()) as number;
      const socket = net.connect(port, '127.0.0.1');
      for (const word of ['one', 'two']) {
        socket.write(word);
        const [answer] = (await once(socket, 'data')) as [Buffer];
        expect(answer.toString()).toBe(word);
      }
      socket.destroy();
      it.process.kill('SIGKILL');
      await it.ended;
    },
  );
});
