import { readFileSync } from 'node:fs';
import type { TicketsLeft } from '@webserv/connection';
import type { Reloads } from '../control/reloads.ts';
import type { OperatorEnds } from '../operator/operator-ends.ts';
import type { Engine } from '../process/engine.ts';
import { StartError } from '../process/start-error.ts';
import { Heir, type Successor } from './heir.ts';
import { FORMAT, type InheritedSockets, type Will } from './will.ts';

/** Programs that are the first process of a container, and end with the one that they have started. */
const INITS: ReadonlySet<string> = new Set(['tini', 'docker-init', 'dumb-init', 'catatonit']);

/** What another process takes over beside the operator's ends. */
interface Estate {
  left(): readonly InheritedSockets[];
  tickets(): TicketsLeft | null;
  /** It has all of that now: nothing that is on the disk is removed any more. */
  handOver(): void;
}

/** How a server is followed by another process of its program, which may be a new version. */
export class Succession {
  private readonly engine: Engine;
  private readonly ends: OperatorEnds;
  private readonly reloads: Reloads;
  private readonly estate: Estate;
  /** The other process, until it serves. */
  private starting: Heir | null = null;
  /** The same, from then on. */
  private heir: Heir | null = null;

  constructor(engine: Engine, ends: OperatorEnds, reloads: Reloads, estate: Estate) {
    this.engine = engine;
    this.ends = ends;
    this.reloads = reloads;
    this.estate = estate;
  }

  /** Whether another process is the server now. */
  get followed(): boolean {
    return this.heir !== null;
  }

  /** @returns '' when the other process serves: this one only ends its requests. Otherwise why nothing has changed */
  async run(successor: Successor): Promise<string> {
    const problem = await this.reloads.run('upgrade', () => this.start(successor));
    // The file beside the pid file says by now how it went. Only then it is the other one's.
    if (problem === '' && this.heir !== null) this.handOver(this.heir, successor);
    return problem;
  }

  /** The server is asked to stop before the other process serves. */
  abandon(): void {
    this.starting?.kill();
  }

  private async start(successor: Successor): Promise<void> {
    const { engine, ends, estate } = this;
    const why = unable();
    if (why !== '') throw new StartError(why);
    const will: Will = { format: FORMAT, sockets: estate.left(), tickets: estate.tickets(), ...ends.left() };
    const heir = new Heir(engine);
    this.starting = heir;
    const outcome = await heir.start(successor, will);
    this.starting = null;
    if ('problem' in outcome) throw new StartError(outcome.problem);
    engine.errorLog.notice(`upgrade: ${outcome.software} serves`, { pid: heir.pid });
    ends.name(heir.pid);
    this.heir = heir;
  }

  private handOver(heir: Heir, successor: Successor): void {
    // A client that still asks this process means the server, which the other one is.
    this.engine.registry.serving = () => true;
    this.ends.handOver();
    this.estate.handOver();
    successor.succeeded(heir.pid);
    heir.confirm();
  }
}

/** Returns why no process can follow this one, or ''. */
function unable(): string {
  const init = process.ppid === 1 ? nameOf(1) : '';
  if (process.pid !== 1 && !INITS.has(init)) return '';
  const first =
    process.pid === 1 ? 'this process is the first one' : `${init}, which has started this process,`;
  return `${first} of a container, which ends with it: start a container of the new version beside it, and stop this one when that one is ready`;
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim();
  } catch {
    return '';
  }
}
