import { Worker } from 'node:worker_threads';
import { MARKDOWN_SCRIPT } from './markdown-script.ts';

/** The longest page that a text may become. */
const LONGEST_PAGE = 512 << 10;
/** A text that takes longer is shown as it is. The hardest one of 128 KiB takes half a second of a processor. */
const LONGEST_MS = 5000;
/** A thread without work ends after this time. */
const IDLE_MS = 10_000;
/** The hardest text of 128 KiB takes 60 MiB. Beyond the bound only the thread ends. */
const BOUNDS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

interface Job {
  readonly text: string;
  readonly done: (html: string | null) => void;
}

/**
 * Makes HTML of Markdown, one text after the other, on a thread of its own: a page of text takes milliseconds, and a
 * hostile one a second, which nobody else should wait for. The thread begins with the first text and ends when it is idle.
 */
export class MarkdownThread {
  private readonly jobs: Job[] = [];
  private worker: Worker | null = null;
  private timer: NodeJS.Timeout | undefined;
  private readonly module: string;

  /** @param module the path of markdown-it, for `require`, best in its build of one file; '' if there is none */
  constructor(module: string) {
    this.module = module;
  }

  /** @param done called later with the HTML, or with null if the text cannot be made into a page within the bounds */
  render(text: string, done: (html: string | null) => void): void {
    this.jobs.push({ text, done });
    if (this.jobs.length === 1) this.begin(text);
  }

  private begin(text: string): void {
    clearTimeout(this.timer);
    const worker = this.worker ?? this.start();
    if (worker === null) {
      setImmediate(() => this.answer(null));
      return;
    }
    worker.ref();
    worker.postMessage(text);
    this.timer = setTimeout(() => this.end(worker), LONGEST_MS);
  }

  /** @returns null if the system has no thread left, or there is no markdown-it */
  private start(): Worker | null {
    const { module } = this;
    if (module === '') return null;
    try {
      const worker = new Worker(MARKDOWN_SCRIPT, {
        eval: true,
        workerData: { module, longest: LONGEST_PAGE },
        resourceLimits: BOUNDS,
        env: {},
        execArgv: [],
      });
      worker.on('message', (html: string | null) => this.answer(html));
      worker.on('error', () => this.end(worker));
      worker.on('exit', () => this.end(worker));
      this.worker = worker;
      return worker;
    } catch {
      return null;
    }
  }

  /** Ends a thread that has failed, or takes too long, and goes on without it. */
  private end(worker: Worker): void {
    if (this.worker !== worker) return;
    this.worker = null;
    void worker.terminate();
    if (this.jobs.length > 0) this.answer(null);
  }

  private answer(html: string | null): void {
    this.jobs.shift()?.done(html);
    const next = this.jobs[0];
    if (next !== undefined) this.begin(next.text);
    else this.rest();
  }

  private rest(): void {
    clearTimeout(this.timer);
    const { worker } = this;
    if (worker === null) return;
    worker.unref();
    this.timer = setTimeout(() => this.end(worker), IDLE_MS).unref();
  }
}
