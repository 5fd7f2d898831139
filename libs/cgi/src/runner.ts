import { tmpdir } from 'node:os';
import { type Address, errnoMessage, formatAddress, type Loop } from '@webserv/event-loop';
import { dispatch, Exchange, entering, failure, type Outcome, type Script } from '@webserv/methods';
import type { RequestHead } from '@webserv/request';
import { type Reply, withoutContent } from '@webserv/response';
import { Connections } from './application/connections.ts';
import { type Launcher, systemLauncher } from './process/launcher.ts';
import type { Run } from './process/run.ts';
import { Queue } from './queue.ts';
import { Recorder } from './recorder/recorder.ts';
import { redirectedHead } from './request/local-redirect.ts';
import { ScriptIntake } from './request/script-intake.ts';
import { Roster } from './workshop/roster.ts';
import type { Location, Server } from './workshop/server.ts';
import { type ScriptRun, Slabs, type Workshop } from './workshop/workshop.ts';

/** The options that a server gives to its runner. */
export interface CgiOptions {
  /** SERVER_SOFTWARE: `webserv/0.1.0`. */
  readonly software: string;
  /** Takes a line that a script wrote to stderr, without its line end. The log must escape its control characters. */
  readonly log: (line: string, run: ScriptRun) => void;
  /** Returns what a server is called where runs are shown; by default its first name. */
  readonly labelOf?: (server: Server) => string;
  /** Returns the location of a server that a decoded path belongs to. */
  readonly locate: (server: Server, path: string) => Location;
  /** The time of day in milliseconds; by default the system's. */
  readonly now?: () => number;
  /** PATH of the scripts; by default the server's own. */
  readonly path?: string;
  /** The folder for bodies that wait for their script; by default the system's folder for temporary files. */
  readonly spoolFolder?: string;
  /** The system calls for children, for tests. */
  readonly launcher?: Launcher;
}

const SAFE_PATH = '/usr/local/bin:/usr/bin:/bin';
/** The most local redirections that one request may follow. */
const REDIRECTIONS_MAX = 10;

/** Runs the scripts of all servers on one loop. The method stage calls `script` (see `Services`). */
export class CgiRunner {
  /** The last runs of each location. */
  readonly recorder: Recorder;
  private readonly workshop: Workshop;
  private readonly queues = new WeakMap<Server, Queue>();
  /** How many local redirections have led to a request. */
  private readonly depths = new WeakMap<RequestHead, number>();
  /** By their addresses. */
  private readonly applications = new Map<string, Connections>();
  /** The same by the object of the config: each request looks them up. */
  private readonly known = new WeakMap<readonly Address[], Connections>();
  private readonly options: CgiOptions;
  private onEmpty: (() => void) | null = null;

  /** @throws Error if no descriptor is available for the empty stdin of scripts without a body */
  constructor(loop: Loop, options: CgiOptions) {
    const { launcher = systemLauncher } = options;
    const nothing = launcher.openNothing();
    if (nothing < 0) throw new Error(`nothing to read for scripts: ${errnoMessage(nothing)}`);
    this.options = options;
    const { now = Date.now, labelOf = ({ names }) => names[0] ?? '' } = options;
    this.recorder = new Recorder({ now: () => loop.now, timeOfDay: now, labelOf });
    this.workshop = {
      loop,
      recorder: this.recorder,
      launcher,
      slabs: new Slabs(),
      software: options.software,
      path: options.path ?? (process.env['PATH'] || SAFE_PATH),
      spoolFolder: options.spoolFolder ?? tmpdir(),
      nothing,
      closing: false,
      runs: new Roster(),
      collected: (ended) => this.collected(ended),
      log: options.log,
      locate: options.locate,
      connectionsTo: ({ addresses }) => this.connectionsTo(addresses),
      reprocess: (exchange, target) => this.reprocess(exchange, target),
    };
  }

  /** Children that run, or have ended and are not collected. */
  get children(): number {
    return this.workshop.runs.size;
  }

  /** Requests of a server that wait for a child to end. */
  waiting(server: Server): number {
    return this.queues.get(server)?.waiting ?? 0;
  }

  /** A server of another config goes on in the place of an earlier one: their children count together, by its bounds. */
  succeed(earlier: Server, server: Server): void {
    const queue = this.queues.get(earlier);
    if (queue === undefined) return;
    queue.resize(server.maxCgi, server.cgiQueue, server.maxSharePerAddress);
    this.queues.set(server, queue);
  }

  /** Returns the intake of a script, or the reply that refuses the request for now. */
  script(exchange: Exchange, script: Script): Outcome {
    const queue = this.queueOf(exchange.server);
    // The refusal comes before the client sends a body in vain. A chunked body must be read first, to see whether it is
    // well-formed; the queue may have room after it.
    if (
      this.workshop.closing ||
      (!exchange.head.chunked && queue.isFull(exchange.services.addressOf(exchange.remote)))
    ) {
      return forMethod(exchange, failure(exchange, 503, 'cgi_queue'));
    }
    return new ScriptIntake(this.workshop, queue, exchange, script);
  }

  /**
   * Ends every child: TERM first, KILL after a second. Calls `done` when the last child is collected. A second call kills
   * at once. The caller must run the loop until `done`.
   */
  close(done: () => void): void {
    const { runs } = this.workshop;
    if (this.workshop.closing) {
      for (const run of runs) run.kill();
      const earlier = this.onEmpty;
      if (earlier === null) done();
      else {
        this.onEmpty = () => {
          earlier();
          done();
        };
      }
      return;
    }
    this.workshop.closing = true;
    this.onEmpty = done;
    for (const run of runs) run.end();
    this.settle();
  }

  /** Kills every child before it returns. It is for a process that is about to end: init collects the children. */
  killAll(): void {
    for (const run of this.workshop.runs) run.kill();
  }

  private queueOf(server: Server): Queue {
    let queue = this.queues.get(server);
    if (queue === undefined) {
      queue = new Queue(server.maxCgi, server.cgiQueue, server.maxSharePerAddress);
      this.queues.set(server, queue);
    }
    return queue;
  }

  private connectionsTo(addresses: readonly Address[]): Connections {
    const known = this.known.get(addresses);
    if (known !== undefined) return known;
    const key = addresses.map(formatAddress).join(' ');
    let connections = this.applications.get(key);
    if (connections === undefined) {
      connections = new Connections(this.workshop.loop, addresses);
      this.applications.set(key, connections);
    }
    this.known.set(addresses, connections);
    return connections;
  }

  private collected(ended: Run): void {
    this.workshop.runs.delete(ended);
    this.settle();
  }

  private settle(): void {
    const { onEmpty } = this;
    if (onEmpty === null || this.workshop.runs.size > 0) return;
    this.onEmpty = null;
    for (const application of this.applications.values()) application.close();
    this.workshop.loop.discard(this.workshop.nothing);
    onEmpty();
  }

  /** Answers the request that a local redirection stands for: a new exchange goes through the method stage. */
  private reprocess(from: Exchange, target: string): Outcome {
    const { locate, now = Date.now } = this.options;
    const { services, server } = from;
    const depth = (this.depths.get(from.head) ?? 0) + 1;
    if (depth > REDIRECTIONS_MAX) return failure(from, 502, 'too many local redirections');
    const head = redirectedHead(from.head, target);
    if (head === null) return failure(from, 502, 'local redirection to no path');
    this.depths.set(head, depth);
    const exchange = new Exchange(services, head, server, locate(server, head.path), now());
    exchange.follow(from);
    return entering(exchange, exchange.location, () => dispatch(exchange));
  }
}

function forMethod(exchange: Exchange, reply: Reply): Reply {
  return exchange.head.method === 'HEAD' ? withoutContent(reply) : reply;
}
