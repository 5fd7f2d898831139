import { Alarm, type Launcher } from '@webserv/cgi';
import type { Loop } from '@webserv/event-loop';
import type { MainLog } from '../process/main-log.ts';
import type { Place } from './share.ts';
import type { Question, Wish, Word } from './words.ts';
import { WorkerProcess, type WorkerProgram } from './worker-process.ts';

/** The first death costs no pause: clients wait in the queue of the socket. Then the pause doubles up to the second figure. */
const PAUSE_MS = 100;
const PAUSE_MAX_MS = 10_000;
/** A worker that has served for this long was a good one. */
const STEADY_MS = 10_000;

/** What the places of a parent have in common. */
export interface Means {
  readonly loop: Loop;
  readonly launcher: Launcher;
  readonly program: WorkerProgram;
  readonly log: MainLog;
}

/** What a worker in a place is started with. */
interface Kit {
  /** The order, and the config. */
  readonly lines: readonly string[];
  readonly sockets: readonly number[];
}

interface PlaceOwner {
  /** The worker serves: for the first time, or again. */
  serves(driver: string): void;
  /** The worker has ended. @returns whether another one is to be started */
  lost(why: string): boolean;
}

/** The place of one worker in a crew. A worker that dies is followed by another one. */
export class WorkerPlace {
  readonly place: Place;
  state: 'starting' | 'serving' | 'waiting' | 'stopping' | 'gone' = 'starting';
  /** Workers that have followed one that died. */
  restarts = 0;
  private readonly means: Means;
  private readonly kit: Kit;
  private readonly owner: PlaceOwner;
  private worker: WorkerProcess | null = null;
  private problem = '';
  private pauseMs = 0;
  private servingSince = 0;
  private readonly again: Alarm;
  private asked = 0;
  private readonly asking = new Map<number, (said: unknown) => void>();

  constructor(means: Means, place: Place, kit: Kit, owner: PlaceOwner) {
    this.means = means;
    this.place = place;
    this.kit = kit;
    this.owner = owner;
    this.again = new Alarm(means.loop, () => this.start());
  }

  get pid(): number {
    return this.worker?.pid ?? -1;
  }

  start(): void {
    const { loop, launcher, program } = this.means;
    this.state = 'starting';
    this.problem = '';
    const worker = new WorkerProcess(loop, launcher, {
      said: (word) => this.said(word),
      gone: (why) => this.gone(why),
    });
    this.worker = worker;
    for (const line of this.kit.lines) worker.tell(line);
    worker.start(program, this.kit.sockets);
  }

  tell(wish: Wish): void {
    if (this.state !== 'gone') this.worker?.tell(wish);
  }

  /** No other worker follows. */
  stop(graceMs: number): void {
    if (this.state === 'gone') return;
    this.again.stop();
    this.state = 'stopping';
    if (this.worker === null) this.gone('');
    else this.worker.tell({ do: 'stop', graceMs });
  }

  kill(): void {
    this.worker?.kill();
  }

  /** @param done gets null if the worker does not serve, or dies before it answers */
  ask(question: Question, done: (said: unknown) => void): void {
    if (this.state !== 'serving' && this.state !== 'stopping') {
      done(null);
      return;
    }
    const id = this.asked++;
    this.asking.set(id, done);
    this.worker?.tell({ do: 'report', id, question });
  }

  private said(word: Word): void {
    if (word.is === 'failed') this.problem = word.problem;
    else if (word.is === 'report') {
      const done = this.asking.get(word.id);
      this.asking.delete(word.id);
      done?.(word.report);
    } else if (word.is === 'serving' && this.state === 'starting') {
      this.state = 'serving';
      this.servingSince = this.means.loop.now;
      this.owner.serves(word.driver);
    }
  }

  private gone(why: string): void {
    const { loop, log } = this.means;
    const { number } = this.place;
    const pid = this.pid;
    this.worker = null;
    const asking = [...this.asking.values()];
    this.asking.clear();
    for (const done of asking) done(null);
    if (this.state === 'serving' && loop.now - this.servingSince >= STEADY_MS) this.pauseMs = 0;
    const stopping = this.state === 'stopping';
    this.state = 'gone';
    if (!this.owner.lost(this.problem === '' ? `worker ${number} ${why}` : this.problem)) return;
    if (stopping) return;
    const reason = this.problem === '' ? why : `could not start: ${this.problem.trimEnd()}`;
    log.error(`worker ${number} ${reason}`, { pid, again_in_ms: this.pauseMs });
    this.restarts++;
    this.state = 'waiting';
    this.again.set(this.pauseMs);
    this.pauseMs = Math.min(Math.max(PAUSE_MS, 2 * this.pauseMs), PAUSE_MAX_MS);
  }
}
