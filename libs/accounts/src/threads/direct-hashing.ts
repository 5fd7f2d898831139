import { verify } from '../crypt/verify.ts';
import type { Hashing, HashJob } from './hashing.ts';

const NONE: HashJob = { cancel: () => {} };

/** Compares on the thread that asks, for a program that serves nobody meanwhile. */
export class DirectHashing implements Hashing {
  verify(password: Buffer, hash: string, done: (matches: boolean | null) => void): HashJob {
    void verify(password, hash).then(done, () => done(null));
    return NONE;
  }

  close(): void {}
}
