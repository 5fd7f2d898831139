import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Hashing, HashJob } from './hashing.ts';

/** Threads at most: a flood of passwords must leave processors to those that are served. */
const THREADS = Math.max(1, Math.min(4, availableParallelism() >> 1));
/** Comparisons that wait for a thread: with bcrypt some seconds of work. */
const WAITING_MAX = 64;

interface Waiting {
  readonly password: Buffer;
  readonly hash: string;
  readonly done: (matches: boolean | null) => void;
}

/** A thread and what it compares. */
interface Thread {
  readonly worker: Worker;
  work: Waiting | null;
}

/**
 * Compares passwords on threads of their own, in the order in which they come. A thread starts when there is work for it. One
 * that dies is replaced with the next work, and what it had gets no answer.
 */
export class HashThreads implements Hashing {
  private readonly file: string;
  private readonly most: number;
  private readonly threads = new Set<Thread>();
  private readonly waiting = new Set<Waiting>();

  /** @param file a program that calls `hashMain` */
  constructor(file: string, most = THREADS) {
    this.file = file;
    this.most = most;
  }

  verify(password: Buffer, hash: string, done: Waiting['done']): HashJob | null {
    if (this.waiting.size >= WAITING_MAX) return null;
    const work: Waiting = { password, hash, done };
    this.waiting.add(work);
    this.turn();
    return { cancel: () => this.waiting.delete(work) };
  }

  close(): void {
    this.waiting.clear();
    for (const { worker } of this.threads) void worker.terminate();
    this.threads.clear();
  }

  /** Gives what waits to threads that are idle. */
  private turn(): void {
    for (const work of this.waiting) {
      const thread = this.idle();
      if (thread === null) return;
      this.waiting.delete(work);
      thread.work = work;
      thread.worker.postMessage({ password: work.password, hash: work.hash });
    }
  }

  private idle(): Thread | null {
    for (const thread of this.threads) if (thread.work === null) return thread;
    return this.threads.size < this.most ? this.started() : null;
  }

  private started(): Thread {
    const worker = new Worker(this.file);
    const thread: Thread = { worker, work: null };
    this.threads.add(thread);
    worker.unref();
    worker.on('message', (matches: boolean | null) => this.answered(thread, matches));
    worker.on('error', () => {});
    worker.on('exit', () => {
      // After `close` nobody waits.
      if (this.threads.delete(thread)) this.answered(thread, null);
    });
    return thread;
  }

  private answered(thread: Thread, matches: boolean | null): void {
    const { work } = thread;
    thread.work = null;
    work?.done(matches);
    this.turn();
  }
}
