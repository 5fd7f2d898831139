import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BystanderTask, Sight } from './bystander.ts';

/** The bystander's thread, seen from the main one. */
export class Witness {
  private readonly worker: Worker;

  /** @param file the bundled thread */
  constructor(file: string, task: BystanderTask) {
    this.worker = new Worker(file, { workerData: task });
  }

  /** Returns what the bystander has seen since the last call. */
  async look(): Promise<Sight> {
    const answer = once(this.worker, 'message');
    this.worker.postMessage('look');
    const [sight] = (await answer) as [Sight];
    return sight;
  }

  async leave(): Promise<void> {
    const gone = once(this.worker, 'exit');
    this.worker.postMessage('leave');
    await gone;
  }
}
