// A client that does no harm. It has a thread of its own, so that a busy attacker does not look like a server that stalls.
// For the same reason it also samples the server's process.

import { readdirSync, readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Errand } from './attack.ts';

/** What the thread gets at its start. */
export interface BystanderTask {
  readonly port: number;
  readonly pid: number;
  readonly errand: Errand;
}

/** What it has seen since the last question. Times in milliseconds, sizes in bytes. */
export interface Sight {
  readonly answers: number;
  /** Answers other than 200 or 201, and connections that ended before their answer. */
  readonly failures: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** The largest values of the server's process. */
  readonly resident: number;
  readonly descriptors: number;
}

/** An address that is not the attackers', as another person would have it. */
const ADDRESS = '127.0.0.2';
const PAUSE_MS = 1;
const SAMPLE_MS = 20;
const PATIENCE_MS = 30_000;

const task = workerData as BystanderTask;
const request = requestOf(task.errand);
let times: number[] = [];
let failures = 0;
let resident = 0;
let descriptors = 0;
let leaving = false;
let askedAt = -1;

function requestOf(errand: Errand): Buffer {
  switch (errand) {
    case 'page':
      return Buffer.from('GET /page.html HTTP/1.1\r\nHost: bystander\r\n\r\n');
    case 'script':
      return Buffer.from('GET /cgi/hello.sh HTTP/1.1\r\nHost: bystander\r\n\r\n');
    case 'upload':
      return Buffer.from(
        'POST /up/bystander.txt HTTP/1.1\r\nHost: bystander\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello',
      );
  }
}

/** Sends one request and reads its answer. @returns true if the connection may be used again */
function ask(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    const begun = performance.now();
    askedAt = begun;
    const done = (good: boolean, again: boolean): void => {
      socket.off('data', taken).off('close', gone);
      askedAt = -1;
      times.push(performance.now() - begun);
      if (!good) failures++;
      resolve(again);
    };
    const taken = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = text.slice(0, end + 2);
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (text.length < end + 4 + length) return;
      done(/^HTTP\/1\.1 20[01] /.test(head), !/^connection: *close/im.test(head));
    };
    const gone = (): void => done(false, false);
    socket.on('data', taken).on('close', gone);
    if (socket.destroyed) gone();
    else socket.write(request);
  });
}

function connect(): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = createConnection({
      port: task.port,
      host: '127.0.0.1',
      localAddress: ADDRESS,
      noDelay: true,
    });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('error', () => {});
    socket.once('connect', () => resolve(socket));
    socket.once('close', () => resolve(socket));
  });
}

function later(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

async function live(): Promise<void> {
  let socket = await connect();
  while (!leaving) {
    if (!(await ask(socket))) {
      socket.destroy();
      socket = await connect();
    }
    await later();
  }
  socket.destroy();
}

function sample(): void {
  try {
    const status = readFileSync(`/proc/${task.pid}/status`, 'latin1');
    resident = Math.max(resident, 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    descriptors = Math.max(descriptors, readdirSync(`/proc/${task.pid}/fd`).length);
  } catch {
    // The process has ended, and its last values stay.
  }
}

function look(): Sight {
  const sorted = Float64Array.from(times).sort();
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  // A request that still waits counts with the time that it has waited.
  const waiting = askedAt < 0 ? 0 : performance.now() - askedAt;
  const sight = {
    answers: sorted.length,
    failures,
    p50: at(0.5),
    p99: at(0.99),
    longest: Math.max(waiting, sorted.at(-1) ?? 0),
    resident,
    descriptors,
  };
  times = [];
  failures = 0;
  resident = 0;
  descriptors = 0;
  sample();
  return sight;
}

/** An attacker that fills a processor would otherwise look like a server that stalls. Only root may; Linux takes the thread. */
function goFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST);
  } catch {
    // The figures are worse then.
  }
}

goFirst();
const sampling = setInterval(sample, SAMPLE_MS);
parentPort?.on('message', (message) => {
  if (message === 'look') parentPort?.postMessage(look());
  else {
    leaving = true;
    clearInterval(sampling);
    parentPort?.close();
    setTimeout(() => process.exit(), 100).unref();
  }
});
sample();
void live();
