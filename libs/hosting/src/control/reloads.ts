import type { Config } from '@webserv/config';
import { ConfigCheck } from '../check/config-check.ts';
import type { OperatorEnds } from '../operator/operator-ends.ts';
import type { Engine } from '../process/engine.ts';
import { StartError } from '../process/start-error.ts';
import { DONE, STOPPING, type Turn, UNDER_WAY } from './turn-state.ts';

/** The reloads and upgrades of a process, one at a time. The error log and the pid file say how each of them ends. */
export class Reloads {
  private readonly engine: Engine;
  private readonly ends: OperatorEnds;
  private underWay: Promise<string> | null = null;
  private stopping = false;

  constructor(engine: Engine, ends: OperatorEnds) {
    this.engine = engine;
    this.ends = ends;
  }

  /** None begins any more: the server is asked to stop. */
  refuse(): void {
    this.stopping = true;
  }

  /** Ends with the one that is under way. */
  async end(): Promise<void> {
    this.refuse();
    await this.underWay;
  }

  /**
   * @param turn turns to another config or process. What it throws, as a StartError, is why nothing has changed
   * @returns '' if that serves; otherwise why not
   */
  run(what: Turn, turn: () => Promise<void>): Promise<string> {
    if (this.stopping) return Promise.resolve(STOPPING);
    if (this.underWay !== null) return Promise.resolve(UNDER_WAY);
    this.ends.reloadBegins();
    this.underWay = this.attempt(what, turn).then((problem) => {
      this.underWay = null;
      this.ends.reloadEnds(what, problem);
      return problem;
    });
    return this.underWay;
  }

  /**
   * Reads and checks the file of a config again, in a process of its own.
   * @throws StartError with what is wrong
   */
  async read(program: Parameters<typeof ConfigCheck.read>[3], file: string): Promise<Config> {
    const { loop, system, turns, errorLog } = this.engine;
    const checked = await ConfigCheck.read(loop, system.launcher, turns, program, file);
    if (checked.config === null) throw new StartError(checked.problem);
    for (const line of checked.warnings.split('\n')) if (line !== '') errorLog.warn(`reload: ${line}`);
    return checked.config;
  }

  /** `POST /reload` or `POST /upgrade` at the admin address does it from now on. */
  offer(what: Turn, turn: () => Promise<string>): void {
    this.engine.registry.action(what, (answer) => {
      const busy = this.underWay !== null;
      void turn().then((problem) => {
        if (problem === '') answer(200, `the configuration ${DONE[what]}`);
        else answer(busy ? 409 : 422, problem);
      });
    });
  }

  private async attempt(what: Turn, turn: () => Promise<void>): Promise<string> {
    const { errorLog } = this.engine;
    try {
      await turn();
      return '';
    } catch (error) {
      const problem = error instanceof StartError ? error.message : `a fault: ${(error as Error).stack}`;
      for (const line of problem.trimEnd().split('\n')) errorLog.error(`${what}: ${line}`);
      errorLog.error(`${what}: nothing has changed`);
      return problem;
    }
  }
}
