import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { UringDriver } from '../driver/uring/uring-driver.ts';
import { SYSTEM } from '../ffi/layout.ts';

/**
 * Processes in which this library (bundled, as Node 20 reads no TypeScript) is hosted by Node.
 */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-host-'));
const bundle = path.join(folder, 'event-loop.cjs');
const kqueueLibrary = process.env['WEBSERV_KQUEUE_LIBRARY'];

/** The drivers of this system. */
export const drivers = SYSTEM === 'linux' ? ['epoll', 'poll', 'select'] : ['kqueue', 'poll', 'select'];
if (SYSTEM === 'linux' && kqueueLibrary !== undefined) drivers.push('kqueue');
// A kernel may lack io_uring, or forbid it to a container: the driver's own spec says why.
const uring = UringDriver.open();
if (typeof uring !== 'string') {
  uring.dispose();
  drivers.push(uring.name);
}

const PREAMBLE = `
const { Interest, Loop, Memory, Op, spawnInThread, Timer, Udata, wake } = require(${JSON.stringify(bundle)});
const loop = Loop.open({ use: { name: process.env.USE, library: process.env.KQUEUE || undefined } });
/** What a test does in front of each completion of a client. */
let before = (client, op) => {};
class Client extends Udata {
  input = new Op(this);
  output = new Op(this);
  complete(op) {
    before(this, op);
    if (op.result <= 0) return loop.close(this);
    if (op === this.output) return loop.recv(this.input);
    const memory = Memory.from(op.bytes.subarray(op.offset, op.offset + op.result));
    loop.send(this.output, memory, 0, memory.size);
  }
}
class Server extends Udata {
  op = new Op(this);
  complete(op) {
    if (op.result < 0) throw new Error('accept ' + op.result);
    const client = new Client('client', op.result);
    loop.register(client, Interest.BOTH);
    loop.recv(client.input);
  }
}
function listen() {
  const server = new Server('server', loop.driver.listen({ family: 'ipv4', host: '127.0.0.1', port: 0 }, 128));
  loop.register(server, Interest.READ);
  loop.accept(server.op);
  return loop.driver.addressOf(server.fd).port;
}
const tell = (what) => process.stdout.write(JSON.stringify(what) + '\\n');
`;

beforeAll(() => {
  buildSync({
    entryPoints: [path.join(__dirname, '..', 'index.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['koffi'],
    outfile: bundle,
    logLevel: 'error',
  });
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const children: ChildProcess[] = [];
// One that is stuck would keep the test from ending, too.
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that runs a script behind the preamble. */
interface Run {
  readonly process: ChildProcess;
  /** The next line that it prints. */
  next(): Promise<unknown>;
  readonly ended: Promise<{ code: number | null; stderr: string }>;
}

export function run(use: string, script: string, env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, ['-e', PREAMBLE + script], {
    env: {
      ...process.env,
      ...env,
      NODE_PATH: (/^.*node_modules(?=.esbuild)/.exec(require.resolve('esbuild')) as RegExpExecArray)[0],
      USE: use,
      KQUEUE: use === 'kqueue' ? (kqueueLibrary ?? '') : '',
    },
  });
  children.push(child);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const lines: string[] = [];
  let rest = '';
  child.stdout.on('data', (chunk) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() as string;
    lines.push(...parts);
    child.emit('line');
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  const next = async (): Promise<unknown> => {
    while (lines.length === 0) {
      const over = await Promise.race([once(child, 'line').then(() => null), ended]);
      if (over !== null && lines.length === 0) throw new Error(`it ended: ${over.code} ${over.stderr}`);
    }
    return JSON.parse(lines.shift() as string);
  };
  return { process: child, next, ended };
}
