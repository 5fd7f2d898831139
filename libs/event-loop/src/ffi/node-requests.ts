import { isMainThread } from 'node:worker_threads';
import { memoryAt, optional } from './libc.ts';

/** The version of libuv whose `uv_loop_t` this is: its public fields do not move while the major number stays. */
const MAJOR = 1;
/** `active_reqs.count`, in words of 32 bits: behind `void *data`, `active_handles` and the two pointers of a list. */
const COUNT = 8;

/**
 * The loop of Node's main thread. Node exports libuv's functions, but a build of it need not. A thread of
 * `node:worker_threads` has a loop of its own, which nothing leads to.
 */
function loopOfNode(): Uint32Array | null {
  const version = optional('unsigned int uv_version()');
  const mainLoop = optional('uintptr_t uv_default_loop()');
  if (!isMainThread || version === null || mainLoop === null || version() >> 16 !== MAJOR) return null;
  return new Uint32Array(memoryAt(mainLoop(), 4 * (COUNT + 1)));
}

const loop = loopOfNode();

/**
 * How many requests Node's loop has under way, in its threads and elsewhere: what libuv itself counts. To read it costs
 * nothing, where every start and every end of compression, hashing and reading would have to be reported. 0 if it is not
 * known.
 */
export function nodeRequests(): number {
  return loop === null ? 0 : loop[COUNT];
}
