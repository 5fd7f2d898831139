import { constants } from 'node:os';
import { ERRNO, type Loop, Memory } from '@webserv/event-loop';
import { present } from '@webserv/methods';
import { Alarm } from '../process/alarm.ts';
import type { RequestProgram, Run, RunOwner } from '../process/run.ts';
import { KILL_MS } from '../process/script-process.ts';
import { StderrLines } from '../process/stderr-lines.ts';
import type { Holder } from './connection.ts';
import type { Connections, Found } from './connections.ts';
import { ProtocolStatus, RecordType, recordOf } from './record.ts';
import { RecordInput } from './record-input.ts';
import { RecordOutput } from './record-output.ts';

/** A connection must stand within this time; another address is tried then. */
const CONNECT_MS = 3000;
/** Between two rounds through the addresses of an application that is busy or restarts. */
const RETRY_MS = 20;
/** How often a request may begin anew because its connection turned out to be closed. */
const BEGINNINGS_MAX = 4;
const CUT = 256 + constants.signals.SIGKILL;
/** Asking again does no more than asking once (RFC 9110 section 9.2.2). */
const IDEMPOTENT = /^(?:GET|HEAD|OPTIONS|TRACE|PUT|DELETE)$/;

const ABORT = Memory.from(recordOf(RecordType.ABORT_REQUEST));

type State = 'waiting' | 'beginning' | 'running' | 'over';

/**
 * A request to an application of FastCGI, on a connection that it has for itself until its end.
 *
 *     waiting <-> beginning -> running --END_REQUEST--> over
 *                     ^-----------+  the connection was closed before the application could begin
 *
 * `end` asks the application to abort, and closes the connection after `KILL_MS`.
 */
export class ApplicationRun implements Run, Holder {
  private body: RecordInput | null = null;
  readonly output: RecordOutput;
  exited = false;
  killed = false;
  ending = false;
  private readonly loop: Loop;
  private readonly application: Connections;
  private readonly owner: RunOwner;
  private readonly alarm: Alarm;
  /** Rings in a next tick: what waits goes on. Few requests need it. */
  private later: Alarm | null = null;
  /** Null until the application says something. */
  private lines: StderrLines | null = null;
  /** Milliseconds of the loop after which nothing more is tried. */
  private readonly deadline: number;
  private program: RequestProgram | null = null;
  private state: State = 'waiting';
  private found: Found | null = null;
  private tried: Parameters<Connections['connect']>[0] = [];
  private beginnings = 0;
  private started = false;
  private beganAt = 0;

  /** @param timeoutMs how long the application may be out of reach */
  constructor(loop: Loop, application: Connections, timeoutMs: number, owner: RunOwner) {
    this.loop = loop;
    this.application = application;
    this.owner = owner;
    this.deadline = loop.now + timeoutMs;
    this.alarm = new Alarm(loop, () => this.rang());
    this.output = new RecordOutput(() => this.wanted());
  }

  get input(): RecordInput {
    this.body ??= new RecordInput(() => this.found?.connection ?? null);
    return this.body;
  }

  // ---- the beginning -----------------------------------------------------------------------------------------

  start(program: RequestProgram): void {
    this.program = program;
    this.call();
  }

  private call(): void {
    const found = this.application.connect(this.tried);
    if (typeof found === 'number') {
      this.outOfReach(found);
      return;
    }
    this.state = 'beginning';
    this.found = found;
    this.beganAt = this.loop.now;
    found.connection.hold(this);
    this.sendBeginning();
    this.alarm.set(CONNECT_MS);
  }

  private sendBeginning(): void {
    const { connection } = present(this.found, 'a connection');
    const { request, stdin } = present(this.program, 'the program');
    if (!connection.closed && !connection.sending) connection.begin(request, stdin < 0);
  }

  /** No address is left to try. @param errno why the last one failed */
  private outOfReach(errno: number): void {
    const busy = errno === -ERRNO.EAGAIN || this.application.mayReturn;
    if (busy && this.loop.now < this.deadline) {
      this.state = 'waiting';
      this.tried = [];
      this.alarm.set(RETRY_MS);
      return;
    }
    if (this.started) {
      this.owner.broke(errno, 'connect to application');
      this.exit(CUT);
      return;
    }
    this.state = 'over';
    this.exited = true;
    this.alarm.stop();
    this.owner.notStarted(errno);
  }

  /** The connection failed before the request could begin: another address is tried. */
  private callAgain(failed: Found): void {
    if (!failed.connection.kept) this.application.failed(failed.place);
    this.leave(failed);
    this.call();
  }

  private leave({ connection }: Found): void {
    this.found = null;
    this.application.settled(connection);
    connection.abandon();
  }

  private begun(found: Found): void {
    this.state = 'running';
    this.alarm.stop();
    this.application.reached(found);
    found.connection.listen();
    if (this.started) return;
    this.started = true;
    this.owner.started();
  }

  // ---- the connection ----------------------------------------------------------------------------------------

  sent(result: number): void {
    const found = present(this.found, 'a connection');
    if (this.state !== 'beginning') this.body?.sent(result);
    // The BSDs say so while a connection is under way, where Linux waits.
    else if (result === -ERRNO.ENOTCONN) this.goOnIn(1);
    else if (result < 0) this.callAgain(found);
    else this.begun(found);
  }

  lost(result: number): void {
    const found = present(this.found, 'a connection');
    if (this.mayBeginAgain(found, result)) {
      this.beginnings++;
      this.tried = [];
      this.callAgain(found);
      return;
    }
    found.connection.close();
    if (!this.ending)
      this.owner.broke(result === 0 ? -ERRNO.ECONNRESET : result, 'application closed the connection');
    this.exit(CUT);
  }

  malformed(error: string): void {
    this.found?.connection.close();
    this.owner.broke(-ERRNO.EIO, `application's records: ${error}`);
    this.exit(CUT);
  }

  gone(): void {
    this.body?.gone();
  }

  /**
   * Whether the application cannot have begun the request, or may begin it twice. A reset says that it has not read all of
   * what was sent; without a body that is less than it needs to begin.
   */
  private mayBeginAgain({ connection }: Found, result: number): boolean {
    const { request, stdin } = present(this.program, 'the program');
    if (connection.answered || this.ending || stdin < 0 || this.beginnings === BEGINNINGS_MAX) return false;
    return result < 0 || IDEMPOTENT.test(request.head.method);
  }

  // ---- the answer --------------------------------------------------------------------------------------------

  stdout(bytes: Buffer, start: number, end: number): number {
    return this.output.take(bytes, start, end);
  }

  stderr(bytes: Buffer, start: number, end: number): void {
    this.lines ??= new StderrLines((line) => this.owner.said(line));
    this.lines.feed(bytes, start, end, this.loop.now);
  }

  stdoutEnded(): void {
    this.output.end();
  }

  ended(status: number, protocol: number): void {
    const found = present(this.found, 'a connection');
    if (protocol !== ProtocolStatus.COMPLETE && !this.ending) this.refused(protocol);
    this.application.settled(found.connection);
    if (found.connection.sending || this.body?.finishing === false) {
      // The application did not get all of the body. The kernel may still hold its memory: `gone` follows.
      found.connection.close();
    } else {
      this.found = null;
      this.application.release(found, this.loop.now - this.beganAt);
    }
    this.exit(status & 0xff);
  }

  private refused(protocol: number): void {
    const overloaded = protocol !== ProtocolStatus.UNKNOWN_ROLE;
    const place = overloaded ? 'application is overloaded' : 'application is no responder';
    this.owner.broke(overloaded ? -ERRNO.EAGAIN : -ERRNO.EIO, place);
  }

  /** The reader asks for more outside of what comes. */
  private wanted(): void {
    const { output } = this;
    if ((output.reading && output.ended) || this.found?.connection.waiting === true) this.goOnIn(0);
  }

  private goOnIn(ms: number): void {
    this.later ??= new Alarm(this.loop, () => this.goOn());
    this.later.set(ms);
  }

  private goOn(): void {
    if (this.state === 'beginning') this.sendBeginning();
    else if (this.output.ended) this.output.end();
    else this.found?.connection.goOn();
  }

  // ---- the end -----------------------------------------------------------------------------------------------

  end(): void {
    if (this.ending || this.exited) return;
    this.ending = true;
    const { found } = this;
    if (this.state !== 'running' || found === null || found.connection.sending) {
      this.kill();
      return;
    }
    found.connection.send([{ memory: ABORT, offset: 0, length: ABORT.size }]);
    this.alarm.set(KILL_MS);
    this.wanted();
  }

  /** Closes the connection, which an application takes for the end of the request as well. */
  kill(): void {
    if (this.exited) return;
    this.ending = true;
    this.found?.connection.close();
    this.state = 'over';
    // The owner may be in the middle of something.
    this.alarm.set(0);
  }

  private rang(): void {
    const { found } = this;
    if (this.state === 'waiting') this.call();
    else if (this.state === 'beginning' && found !== null) this.tooSlow(found);
    else {
      found?.connection.close();
      this.exit(CUT);
    }
  }

  private tooSlow(found: Found): void {
    if (this.loop.now < this.deadline) this.callAgain(found);
    else {
      this.leave(found);
      this.outOfReach(-ERRNO.ETIMEDOUT);
    }
  }

  private exit(status: number): void {
    if (this.exited) return;
    this.state = 'over';
    this.exited = true;
    this.killed = status >= 256;
    this.alarm.stop();
    if (this.found !== null) this.application.settled(this.found.connection);
    this.lines?.end(this.loop.now);
    this.output.end();
    this.owner.exited(status);
  }
}
