/** What libuv takes by default, and at most. */
const USUAL = 4;
const MOST = 1024;

/**
 * How many threads libuv starts for this UV_THREADPOOL_SIZE. It reads the text as atoi(3) does, and starts one thread
 * if that finds nothing, or zero.
 * @param text undefined if the variable is not set
 */
export function threadsOf(text: string | undefined): number {
  if (text === undefined) return USUAL;
  const asked = Number.parseInt(text, 10) || 0;
  // A negative number is a very large one without its sign.
  return asked < 0 ? MOST : Math.min(Math.max(asked, 1), MOST);
}

/** All threads that there are: Node's own work (files, names, compression) shares them. */
export const THREADS = threadsOf(process.env['UV_THREADPOOL_SIZE']);
