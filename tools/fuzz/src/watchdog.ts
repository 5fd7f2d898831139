import { Worker } from 'node:worker_threads';
import { MAX_INPUT } from './mutate.ts';

/** Words of the shared memory: executions begun, the length of the input, and then its bytes. */
const HEAD = 8;

/** The code of the watching thread. If it sees the same number twice, `ms` apart, the execution does not end. */
const WATCH = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { memory, name, ms } = workerData;
const words = new Int32Array(memory, 0, 2);
let before = 0;
setInterval(() => {
  const begun = Atomics.load(words, 0);
  if (begun !== 0 && begun === before) {
    const input = Buffer.from(Buffer.from(memory, ${HEAD}, words[1])).toString('latin1');
    const line = JSON.stringify(input).replace(/[\\x7f-\\xff]/g, (c) => '\\\\u00' + c.charCodeAt(0).toString(16));
    writeSync(1, 'FOUND ' + Buffer.from(name.subarray(0, name.indexOf(0))).toString() + ': takes more than ' + ms + ' ms\\n  ' + line + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }
  before = begun;
}, ms);
`;

/**
 * Another thread that looks whether executions end. An expression that backtracks without an end passes no counter, and
 * nothing else of its thread can run. The watchdog prints the input and ends the process.
 */
export class Watchdog {
  private readonly memory = new SharedArrayBuffer(HEAD + MAX_INPUT * 2);
  private readonly words = new Int32Array(this.memory, 0, 2);
  private readonly input = Buffer.from(this.memory, HEAD);
  private readonly name = Buffer.from(new SharedArrayBuffer(64));
  private readonly worker: Worker;
  private count = 0;

  /** @param ms the shortest time after which it acts; the longest is twice that */
  constructor(ms = 10_000) {
    this.worker = new Worker(WATCH, { eval: true, workerData: { memory: this.memory, name: this.name, ms } });
    this.worker.unref();
  }

  /** An execution begins. */
  begin(name: string, input: Buffer): void {
    this.name.fill(0);
    this.name.write(name.slice(0, 63));
    this.words[1] = input.copy(this.input);
    this.count = (this.count % 0x7fffffff) + 1;
    Atomics.store(this.words, 0, this.count);
  }

  /** The execution has ended. */
  end(): void {
    Atomics.store(this.words, 0, 0);
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
