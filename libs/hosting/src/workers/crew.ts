import { Alarm } from '@webserv/cgi';
import { type Config, packConfig } from '@webserv/config';
import type { PlaceSockets } from './place-sockets.ts';
import { shareOf } from './share.ts';
import { CONFIG, type Order, type Question, type Wish } from './words.ts';
import { type Means, WorkerPlace } from './worker-place.ts';

/** All of them must serve by then: a disk that does not answer must not block reloads for ever. */
const START_MS = 120_000;
/** What a worker may take to end beyond the time of its requests. */
const SPARE_MS = 5000;
/** A worker that does not report by then is left out: a page of the operator waits for it. */
const REPORT_MS = 2000;

/**
 * The workers of one config.
 *
 *     starting -> serving -> stopping -> gone        starting --one of them fails--> gone
 *
 * While it starts, each worker must come to serve. Afterwards one that dies is followed by another one.
 */
export class Crew {
  readonly places: readonly WorkerPlace[];
  /** Ends when the last worker has ended. */
  readonly gone: Promise<void>;
  /** The driver of the workers. */
  driver = '';
  private state: 'starting' | 'serving' | 'stopping' = 'starting';
  private readonly means: Means;
  private readonly late: Alarm;
  private onStarted: (problem: string) => void = () => {};
  private onGone: () => void = () => {};

  constructor(means: Means, config: Config, count: number, sockets: PlaceSockets) {
    this.means = means;
    this.gone = new Promise((resolve) => {
      this.onGone = resolve;
    });
    this.late = new Alarm(means.loop, () => this.rang());
    this.places = Array.from({ length: count }, (_, index) => {
      const place = { number: index + 1, of: count };
      const { addresses, fds } = sockets.of(index);
      const order: Order = { place, addresses, recorded: config.admin !== null };
      const packed = [...packConfig(shareOf(config, place))].map((line) => `${CONFIG}${line}`);
      const kit = { lines: [JSON.stringify(order), ...packed], sockets: fds };
      return new WorkerPlace(means, place, kit, {
        serves: (driver) => this.served(driver),
        lost: (why) => this.lost(why),
      });
    });
  }

  get serving(): number {
    return this.places.filter(({ state }) => state === 'serving').length;
  }

  /** @returns '' when all of them serve; otherwise why one does not, and then none is left */
  start(): Promise<string> {
    return new Promise((resolve) => {
      this.onStarted = resolve;
      this.late.set(START_MS);
      // The first one opens alone what all of them share: it makes logs and gives them to the account.
      this.places[0]?.start();
    });
  }

  /** Ends when the requests under way have ended, at the latest after a while. A further call may shorten that. */
  stop(graceMs: number): void {
    this.state = 'stopping';
    this.late.set(graceMs + SPARE_MS);
    for (const place of this.places) place.stop(graceMs);
  }

  kill(): void {
    this.state = 'stopping';
    for (const place of this.places) place.stop(0);
    for (const place of this.places) place.kill();
  }

  tell(wish: Wish): void {
    for (const place of this.places) place.tell(wish);
  }

  /** What each worker says to a question. One that does not answer is left out, and so is null. */
  ask(question: Question): Promise<readonly unknown[]> {
    const { loop } = this.means;
    return Promise.all(
      this.places.map((place) => {
        return new Promise<unknown>((resolve) => {
          const late = new Alarm(loop, () => resolve(null));
          late.set(REPORT_MS);
          place.ask(question, (said) => {
            late.stop();
            resolve(said);
          });
        });
      }),
    ).then((said) => said.filter((each) => each !== null));
  }

  private served(driver: string): void {
    this.driver = driver;
    if (this.state !== 'starting') return;
    if (this.serving === 1) this.startOthers();
    if (this.serving < this.places.length) return;
    this.state = 'serving';
    this.late.stop();
    this.onStarted('');
  }

  private startOthers(): void {
    for (const place of this.places.slice(1)) if (this.state === 'starting') place.start();
  }

  private lost(why: string): boolean {
    if (this.state === 'serving') return true;
    if (this.state === 'starting') {
      this.onStarted(why);
      this.kill();
    }
    if (this.places.every(({ state }) => state === 'gone')) {
      this.late.stop();
      this.onGone();
    }
    return false;
  }

  private rang(): void {
    if (this.state === 'starting') {
      this.onStarted(`the workers do not all serve after ${START_MS / 1000} s`);
    }
    this.kill();
  }
}
