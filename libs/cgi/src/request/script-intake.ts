import { ERRNO } from '@webserv/event-loop';
import {
  AwaitedReply,
  type Exchange,
  failure,
  type Intake,
  type IntakeClient,
  present,
  type Script,
} from '@webserv/methods';
import type { Reply } from '@webserv/response';
import { codeReply } from '../coding/code-reply.ts';
import { roomOf } from '../output/output-buffer.ts';
import type { ScriptHead } from '../output/output-parser.ts';
import { type OutputOwner, ScriptOutput } from '../output/script-output.ts';
import { Alarm } from '../process/alarm.ts';
import type { Run, RunOwner } from '../process/run.ts';
import { isNph, programOf } from '../program/program.ts';
import type { Queue, Waiter } from '../queue.ts';
import type { RecordedRun } from '../recorder/recorded-run.ts';
import { runOf, type ScriptRun, type Workshop } from '../workshop/workshop.ts';
import { runOn } from './run-on.ts';
import { type InputOwner, ScriptInput } from './script-input.ts';
import { replyOf } from './script-reply.ts';
import { applicationFailed, failedWork, notStarted } from './shortage.ts';
import { Stage } from './stage.ts';
import { patience, Wait, waitFor } from './wait.ts';

/**
 * A request that a script answers. The server receives the whole body, then runs the script. The script's output becomes
 * the reply and its body (see Stage). A client that sends or reads slowly keeps no child, unless the output is larger than
 * what may be put aside.
 */
export class ScriptIntake implements Intake, InputOwner, OutputOwner, RunOwner, Waiter {
  readonly wantsBody = true;
  readonly address: string;
  private readonly workshop: Workshop;
  private readonly queue: Queue;
  private readonly exchange: Exchange;
  private readonly script: Script;
  /** A copy, because the exchange may belong to the next request when the last line of stderr comes. */
  private readonly about: ScriptRun;
  private readonly timeoutMs: number;
  private readonly alarm: Alarm;
  private client: IntakeClient | null = null;
  private input: ScriptInput | null = null;
  private output: ScriptOutput | null = null;
  private run: Run | null = null;
  private stage: Stage = Stage.TAKING;
  /** The request that a local redirection has led to. */
  private redirection: AwaitedReply | null = null;
  private head: ScriptHead | null = null;
  /** In REFUSED: the reply that replaces the script's own. */
  private verdict: Reply | null = null;
  /** The server asked the script to end after its output was complete. That a signal ended it is no error then. */
  private outlasted = false;
  readonly cameAt: number;
  queuedAt = 0;
  /** Null before the script starts, and if nobody records. */
  private recorded: RecordedRun | null = null;
  private answeredAt = 0;
  private wait: Wait = Wait.NONE;
  /** Bytes of the body that the script had taken when its time limit began. */
  private taken = 0;

  constructor(workshop: Workshop, queue: Queue, exchange: Exchange, script: Script) {
    const { head, location, services, server } = exchange;
    this.workshop = workshop;
    this.queue = queue;
    this.exchange = exchange;
    this.script = script;
    this.address = services.addressOf(exchange.remote);
    this.about = runOf(exchange, script);
    this.cameAt = workshop.loop.now;
    this.timeoutMs = location.timeouts.cgi;
    this.alarm = new Alarm(workshop.loop, () => this.rang());
    if (head.hasBody) {
      this.input = new ScriptInput(workshop, services.ledgerOf(server), services.memoryOf(server), this);
    }
  }

  // ---- the request -------------------------------------------------------------------------------------------

  open(client: IntakeClient): void {
    this.client = client;
  }

  take(bytes: Buffer, start: number, end: number): boolean {
    return this.input === null || this.input.append(bytes, start, end);
  }

  finish(): void {
    if (this.stage === Stage.TAKING) this.enter();
  }

  abort(): void {
    this.queue.remove(this);
    this.verdict?.release();
    this.verdict = null;
    this.redirection?.abort();
    this.redirection = null;
    this.clientLeft();
  }

  // ---- a turn ------------------------------------------------------------------------------------------------

  private enter(): void {
    this.stage = Stage.QUEUED;
    this.queuedAt = this.workshop.loop.now;
    const place = this.queue.enter(this);
    if (place === 'admitted') this.start();
    else if (place === 'full') this.refuse(failure(this.exchange, 503, 'cgi_queue'));
    else this.watch(false);
  }

  admitted(): void {
    this.alarm.stop(); // otherwise the time for its turn might run out while the child starts
    this.start();
  }

  displaced(): void {
    this.refuse(failure(this.exchange, 503, 'cgi_queue'));
  }

  private start(): void {
    const { exchange, workshop } = this;
    if (workshop.closing) {
      this.queue.leave(this);
      this.refuse(failure(exchange, 503, 'server closing'));
      return;
    }
    this.stage = Stage.RUNNING;
    const run = runOn(workshop, this.script, this.timeoutMs, this);
    this.run = run;
    workshop.runs.add(run);
    const { script, about } = this;
    const program = programOf(workshop, exchange, script, this.input?.total ?? exchange.head.contentLength);
    this.recorded = workshop.recorder.begin(exchange, script, about, program, this);
    run.start(program);
  }

  started(): void {
    const { exchange, workshop } = this;
    const run = present(this.run, 'the run');
    const output = new ScriptOutput(workshop, roomOf(exchange), this, run.output, isNph(this.script));
    this.output = output;
    const error = Math.min(this.input?.attach(run.input) ?? 0, output.begin());
    if (error < 0) {
      this.refuse(failedWork(exchange, error, 'register pipe'));
      output.close();
      run.end();
    } else if (this.stage >= Stage.REFUSED) output.drain(); // it was answered meanwhile, or its client has gone
    this.watch(true);
  }

  notStarted(errno: number): void {
    const run = present(this.run, 'the run');
    this.run = null;
    this.recorded?.notStarted();
    this.queue.leave(this);
    this.refuse(notStarted(this.exchange, this.script, errno));
    this.workshop.collected(run);
  }

  /** Bytes per second that the client takes, if only the client holds the script back; otherwise Infinity. */
  get pace(): number {
    const { output } = this;
    if (output === null || !output.heldBack) return Number.POSITIVE_INFINITY;
    return (1000 * output.given) / (this.workshop.loop.now - this.answeredAt + 1000);
  }

  giveUp(): void {
    this.breakOff(-ERRNO.ETIMEDOUT, 'max_cgi: the slowest reader', applicationFailed);
    this.run?.end();
    this.watch(false);
  }

  // ---- the body in -------------------------------------------------------------------------------------------

  inputMoved(): void {
    this.taken = this.input?.taken ?? 0;
    this.watch(true);
  }

  inputRoom(): void {
    if (this.stage === Stage.TAKING) this.client?.resume();
  }

  inputClosed(): void {
    this.input?.drop();
    this.watch(false);
  }

  inputFailed(errno: number, place: string): void {
    this.input?.drop();
    // The script has only a part of the body, so its answer cannot be trusted.
    this.breakOff(errno, place, failedWork);
    this.run?.end();
  }

  // ---- the output --------------------------------------------------------------------------------------------

  outputMoved(): void {
    this.watch(true);
  }

  headRead(head: ScriptHead): void {
    if (this.stage !== Stage.RUNNING) return;
    this.recorded?.headRead();
    this.head = head;
    if (head.kind === 'local-redirect') this.follow(head.location);
    // Without Content-Length the end of the script shows the length. Most scripts end now.
    else if (head.contentLength < 0) this.stage = Stage.MEASURING;
    else this.answerWith(head);
    this.watch(false);
  }

  headFailed(error: string, errno = 0): void {
    if (this.stage === Stage.RUNNING) {
      this.refuse(failure(this.exchange, 502, `script's head: ${error}`, errno));
    }
    if (error !== 'no output') this.run?.end();
    this.output?.close();
    this.watch(false);
  }

  outputEnded(): void {
    if (this.stage === Stage.ANSWERED) this.stage = Stage.ENDING;
    if (this.run?.exited) this.conclude();
    this.watch(false);
  }

  outputFull(): void {
    this.conclude();
  }

  outputMalformed(): void {
    this.breakOff(-ERRNO.EIO, "script's chunks", applicationFailed);
    this.run?.end();
    this.watch(false);
  }

  bodyOver(): void {
    this.stage = Stage.OVER;
    this.recorded?.over(this.output?.given ?? 0);
    this.watch(true);
  }

  bodyCancelled(): void {
    this.clientLeft();
  }

  outputFlooded(): void {
    this.run?.end();
    this.watch(false);
  }

  /** Goes on after a wait: its event has come, or has taken too long. */
  private conclude(): void {
    if (this.stage === Stage.MEASURING) this.answerWith(present(this.head, 'the head of an output'));
    else if (this.stage === Stage.ENDING) {
      this.output?.conclude((this.run?.killed ?? false) && !this.outlasted);
    }
  }

  // ---- the run -----------------------------------------------------------------------------------------------

  broke(errno: number, place: string): void {
    this.breakOff(errno, place, applicationFailed);
  }

  exited(status: number): void {
    this.recorded?.exited(status);
    // The runner ended the script before it could begin. The client is still there.
    if (this.output === null) this.refuse(failure(this.exchange, 503, 'server closing'));
    this.queue.leave(this);
    this.input?.drop();
    if (this.output?.ended === true) this.conclude();
    this.watch(true);
    // This comes last, because a closing runner may dispose of the loop when no child is left.
    this.workshop.collected(present(this.run, 'the run'));
  }

  said(line: string): void {
    this.recorded?.said(line);
    this.workshop.log(line, this.about);
  }

  // ---- the answer --------------------------------------------------------------------------------------------

  /** Answers with an error in the next tick: this may run within a call of the intake, which must not reply. */
  private refuse(reply: Reply): void {
    if (this.stage >= Stage.REFUSED) {
      reply.release();
      return;
    }
    this.stage = Stage.REFUSED;
    this.verdict = reply;
    this.input?.drop();
    this.watch(false);
  }

  /** Answers with an error in place of the script, or fails the body if the script's own head has left. */
  private breakOff(errno: number, place: string, verdict: typeof failedWork): void {
    this.recorded?.failed(place);
    if (this.stage < Stage.REFUSED) {
      this.refuse(verdict(this.exchange, errno, place));
      this.output?.close();
    } else if (this.stage !== Stage.OVER) this.output?.fail(errno, place);
  }

  private answerWith(head: ScriptHead): void {
    const plain = replyOf(head, present(this.output, 'the output'), this.exchange, this.run);
    const reply = codeReply(plain, this.exchange, this.workshop.loop);
    this.answer(reply, reply.body.kind === 'stream' ? Stage.ANSWERED : Stage.OVER);
  }

  private follow(location: string): void {
    this.output?.drain();
    this.stage = Stage.REDIRECTED;
    this.redirection = new AwaitedReply((reply) => this.answer(reply, Stage.OVER));
    this.redirection.of(this.workshop.reprocess(this.exchange, location));
  }

  private answer(reply: Reply, next: Stage): void {
    this.stage = next;
    this.answeredAt = this.workshop.loop.now;
    this.redirection = null;
    this.recorded?.answered(reply, next === Stage.OVER);
    this.client?.reply(reply);
    this.watch(true);
  }

  // ---- time --------------------------------------------------------------------------------------------------

  /** Sets the alarm for the current wait. @param moved whether the awaited side acted, so that its time begins anew */
  private watch(moved: boolean): void {
    const wait = waitFor(this.stage, this.run, this.output, this.input);
    if (wait === Wait.NONE) this.alarm.stop();
    else if ((moved && wait !== Wait.LENGTH) || wait !== this.wait)
      this.alarm.set(patience(wait, this.timeoutMs));
    this.wait = wait;
  }

  private rang(): void {
    const { wait, verdict } = this;
    this.wait = Wait.NONE;
    switch (wait) {
      case Wait.NOW:
        this.verdict = null;
        this.answer(present(verdict, 'a verdict'), Stage.OVER);
        break;
      case Wait.TURN:
        this.turnDoesNotCome();
        break;
      case Wait.LENGTH:
      case Wait.EXIT:
        this.conclude();
        break;
      case Wait.ORPHAN:
        this.output?.cut();
        break;
      case Wait.SCRIPT:
        this.scriptRestsTooLong();
    }
    this.watch(false);
  }

  private turnDoesNotCome(): void {
    const { queue, workshop } = this;
    if (workshop.loop.now - this.queuedAt < this.timeoutMs) queue.press();
    else {
      queue.remove(this);
      this.refuse(failure(this.exchange, 503, 'cgi_timeout in the queue'));
    }
  }

  private scriptRestsTooLong(): void {
    // A pending write reports nothing before it ends, but the script may be reading.
    const taken = this.input?.taken ?? 0;
    if (taken !== this.taken) {
      this.taken = taken;
      return;
    }
    if (this.stage >= Stage.REFUSED && this.output?.ended === true) this.outlasted = true;
    else if (this.stage === Stage.OVER) this.output?.close();
    else this.breakOff(-ERRNO.ETIMEDOUT, 'cgi_timeout', applicationFailed);
    this.input?.drop();
    this.run?.end();
  }

  private clientLeft(): void {
    this.recorded?.left(this.output?.given ?? 0);
    this.stage = Stage.OVER;
    this.alarm.stop();
    this.input?.drop();
    this.output?.close();
    this.run?.end();
  }
}
