import { ERRNO } from './errno.ts';
import { type Call, lastError } from './libc.ts';
import { nodeRequests } from './node-requests.ts';
import { THREADS } from './pool.ts';

/** Calls in threads share Node's pool. One of its threads stays free for a multiplexer that waits in one. */
const POOL = Math.max(1, THREADS - 1);
const queue: (() => void)[] = [];
let running = 0;
let underWay = 0;
/** Multiplexers that wait in a thread now, without a limit of time. */
let waits = 0;

/**
 * True while anything is under way whose end only Node's own loop reports: a call on a worker thread from here, or from
 * Node itself, such as zlib's, crypto's and fs's.
 */
export function threadsAtWork(): boolean {
  return underWay > 0 || nodeRequests() > 0;
}

function callInThread(call: Call, args: readonly number[], done: (result: number) => void): void {
  const threaded = (call as unknown as { async: (...args: unknown[]) => void }).async;
  underWay++;
  threaded(...args, (error: unknown, result: number) => {
    underWay--;
    // koffi carries the errno of the thread over to this one while this callback runs.
    if (error !== null) done(-ERRNO.EIO);
    else done(result >= 0 ? result : lastError());
  });
}

/**
 * Makes a call that waits for the disk on a worker thread. `done` runs on this thread with `>= 0` or `-errno`. A call
 * that finds no thread free waits here: koffi throws if more than 256 calls are under way. The caller keeps the memory
 * that `args` point into, best by using it in `done`.
 */
export function inThread(call: Call, args: readonly number[], done: (result: number) => void): void {
  const start = (): void => {
    running++;
    callInThread(call, args, (result) => {
      running--;
      queue.shift()?.();
      done(result);
    });
  };
  if (running < POOL) start();
  else queue.push(start);
}

/**
 * Whether a multiplexer may wait in a thread: at least one other thread must stay free. Otherwise all other work of
 * threads would wait for the next event, such as a child that is to start or a file that Node reads.
 */
export function mayWaitInThread(): boolean {
  return waits < THREADS - 1;
}

/** A multiplexer waits, on the thread that is kept free for it. */
export function waitInThread(call: Call, args: readonly number[], done: (result: number) => void): void {
  waits++;
  callInThread(call, args, (result) => {
    waits--;
    done(result);
  });
}
