/** What libuv takes where nothing is said, and at most. */
const USUAL = 4;
const MOST = 1024;

/**
 * How many threads libuv starts for this UV_THREADPOOL_SIZE: it reads it as atoi(3) does, and takes one thread where that
 * finds nothing, or zero.
 * @param text undefined where the variable is not set
 */
export function threadsOf(text: string | undefined): number {
  if (text === undefined) return USUAL;
  const asked = Number.parseInt(text, 10) || 0;
  // A negative number is a very large one, without its sign.
  return asked < 0 ? MOST : Math.min(Math.max(asked, 1), MOST);
}

/** All that there are: Node's own work (files, names, compression) has no others. */
export const THREADS = threadsOf(process.env['UV_THREADPOOL_SIZE']);
