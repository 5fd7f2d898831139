import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { verify } from '../crypt/verify.ts';

/** Those that are served meanwhile go first. */
const NICE = 10;

/** What a thread of `HashThreads` does. */
export function hashMain(): void {
  // A nice value is a thread's own on Linux alone (setpriority(2)).
  if (process.platform === 'linux') setPriority(NICE);
  parentPort?.on('message', ({ password, hash }: { password: Uint8Array; hash: string }) => {
    void verify(Buffer.from(password), hash).then(
      (matches) => parentPort?.postMessage(matches),
      () => parentPort?.postMessage(null),
    );
  });
}
