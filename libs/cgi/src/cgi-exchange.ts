import { ERRNO } from '@webserv/event-loop';
import type { Exchange, Intake, IntakeClient, Script } from '@webserv/methods';
import type { Reply } from '@webserv/response';
import type { ScriptHead } from './output-parser.ts';
import { programOf } from './program.ts';
import type { Queue, Waiter } from './queue.ts';
import { Redirection } from './redirection.ts';
import { type InputOwner, ScriptInput } from './script-input.ts';
import { type OutputOwner, ScriptOutput } from './script-output.ts';
import { type ProcessOwner, ScriptProcess } from './script-process.ts';
import { replyOf } from './script-reply.ts';
import { failedWork, notStarted } from './shortage.ts';
import { patience, Wait } from './wait.ts';
import { Alarm } from './worker-udata.ts';
import { runOf, type ScriptRun, type Workshop } from './workshop.ts';

/**
 * One request answered by a script: the body goes in as it comes, the output becomes a reply and its body.
 *
 *     (spooling) -> waiting for a turn -> running -> answered -> output over -> child collected
 *           a failure in any state before `answered` is a reply with its status; after it, the body fails
 *
 * An answer waits until the body has been taken in (an intake that has answered is given no more): a script that answers
 * earlier reads the rest from what was put aside (see ScriptInput); one that reads no more is answered for at once.
 */
export class CgiExchange implements Intake, InputOwner, OutputOwner, ProcessOwner, Waiter {
  readonly wantsBody = true;
  private readonly workshop: Workshop;
  private readonly queue: Queue;
  private readonly exchange: Exchange;
  private readonly script: Script;
  /** Kept apart: the exchange is the next request's by the time the last line of stderr comes. */
  private readonly about: ScriptRun;
  private readonly spooled: boolean;
  private readonly timeoutMs: number;
  private readonly alarm: Alarm;
  private client: IntakeClient | null = null;
  private input: ScriptInput | null = null;
  private output: ScriptOutput | null = null;
  private process: ScriptProcess | null = null;
  /** The request that a local redirection has led to. */
  private redirection: Redirection | null = null;
  private head: ScriptHead | null = null;
  /** What is answered in place of the script's own. */
  private verdict: Reply | null = null;
  private waiting = false;
  private bodyWhole: boolean;
  private due = false;
  private answered = false;
  /** Nothing more of the output is for the client. */
  private over = false;
  /** The end of output and child is awaited: before the answer to know its length, after it to know how the body ends. */
  private concluding = false;
  private wait: Wait = Wait.NONE;
  /** Bytes of the body that the script had taken when its time began. */
  private taken = 0;

  constructor(workshop: Workshop, queue: Queue, exchange: Exchange, script: Script) {
    const { head, location } = exchange;
    this.workshop = workshop;
    this.queue = queue;
    this.exchange = exchange;
    this.script = script;
    this.about = runOf(exchange, script);
    this.spooled = head.chunked;
    this.bodyWhole = !head.hasBody;
    this.timeoutMs = location.timeouts.cgi;
    this.alarm = new Alarm(workshop.loop, () => this.rang());
    if (head.hasBody) {
      const ledger = exchange.services.ledgerOf(exchange.server);
      this.input = new ScriptInput(workshop, ledger, this, this.spooled);
    }
  }

  // ---- the request -------------------------------------------------------------------------------------------

  open(client: IntakeClient): void {
    this.client = client;
    if (!this.spooled) this.enter();
  }

  take(bytes: Buffer, start: number, end: number): boolean {
    return this.input === null || this.input.append(bytes, start, end);
  }

  finish(): void {
    this.bodyWhole = true;
    this.input?.finish();
    if (this.spooled && this.verdict === null) this.enter();
    if (this.head !== null) this.answerLater();
    this.watch(false);
  }

  abort(): void {
    this.answered = true;
    this.over = true;
    this.queue.remove(this);
    this.waiting = false;
    this.verdict?.release();
    this.verdict = null;
    this.redirection?.abort();
    this.redirection = null;
    this.letGo();
  }

  // ---- a turn ------------------------------------------------------------------------------------------------

  private enter(): void {
    if (this.queue.full) {
      this.refuse(this.workshop.busy(this.exchange, 'cgi_queue'));
      return;
    }
    this.waiting = !this.queue.enter(this);
    if (this.waiting) this.watch(false);
    else this.start();
  }

  admitted(): void {
    this.waiting = false;
    this.start();
  }

  private start(): void {
    const { exchange, workshop } = this;
    if (workshop.closing) {
      this.queue.leave();
      this.refuse(workshop.busy(exchange, 'server closing'));
      return;
    }
    const process = new ScriptProcess(workshop.loop, workshop.launcher, this);
    const length = this.spooled ? (this.input?.total ?? 0) : exchange.head.contentLength;
    this.process = process;
    workshop.processes.add(process);
    process.start(programOf(workshop, exchange, this.script, length));
  }

  started(): void {
    const { exchange, workshop } = this;
    const process = this.process as ScriptProcess;
    const output = new ScriptOutput(workshop.loop, workshop.slabs, this, process.stdout);
    this.output = output;
    const error = Math.min(this.input?.attach(process.stdin) ?? 0, output.begin());
    if (error < 0) {
      this.refuse(failedWork(workshop, exchange, error, 'register pipe'));
      output.close();
      process.end();
    }
    this.watch(true);
  }

  notStarted(errno: number): void {
    const process = this.process as ScriptProcess;
    this.process = null;
    this.queue.leave();
    if (!this.answered) this.refuse(notStarted(this.workshop, this.exchange, errno));
    this.workshop.collected(process);
  }

  // ---- the body in -------------------------------------------------------------------------------------------

  inputMoved(): void {
    this.taken = this.input?.taken ?? 0;
    this.watch(true);
  }

  inputRoom(): void {
    if (!this.answered) this.client?.resume();
    this.watch(false);
  }

  inputClosed(): void {
    this.settle();
    this.watch(false);
  }

  inputFailed(errno: number, place: string): void {
    // A script that has been given a part of the body only: whatever it says is not to be trusted.
    if (!this.answered) {
      this.refuse(failedWork(this.workshop, this.exchange, errno, place));
      this.output?.close();
    } else if (!this.over) this.output?.fail(errno, place);
    this.process?.end();
  }

  // ---- the output --------------------------------------------------------------------------------------------

  outputMoved(): void {
    this.watch(true);
  }

  headRead(head: ScriptHead): void {
    this.head = head;
    // A length that is not told is known when the script has ended, which is mostly now.
    this.concluding = head.kind !== 'local-redirect' && head.contentLength < 0;
    // The script has answered before it has read everything: the rest is put aside for it.
    if (!this.bodyDone) this.input?.overflow();
    this.settle();
    this.watch(false);
  }

  headFailed(error: string, errno = 0): void {
    if (!this.answered && this.verdict === null) {
      this.refuse(this.workshop.rules.failure(this.exchange, 502, `script's head: ${error}`, errno));
    }
    if (error !== 'no output') this.process?.end();
    this.output?.close();
    this.settle();
    this.watch(false);
  }

  outputEnded(): void {
    this.concluding = true;
    if (this.process?.exited) this.conclude();
    this.watch(false);
  }

  outputFull(): void {
    this.conclude();
  }

  bodyFails(place: string): void {
    this.exchange.place = place;
  }

  bodyOver(): void {
    this.over = true;
    this.watch(true);
  }

  bodyCancelled(): void {
    this.over = true;
    this.letGo();
  }

  outputFlooded(): void {
    this.process?.end();
    this.watch(false);
  }

  /** What was awaited has come, or is not waited for any longer. */
  private conclude(): void {
    if (!this.concluding) return;
    this.concluding = false;
    if (this.answered) this.output?.conclude(this.process?.killed ?? false);
    else this.settle();
  }

  // ---- the child ---------------------------------------------------------------------------------------------

  exited(): void {
    // Told to end before it could begin, though its client is there.
    if (this.output === null && !this.answered) {
      this.refuse(this.workshop.busy(this.exchange, 'server closing'));
    }
    this.queue.leave();
    if (this.output?.ended === true) this.conclude();
    this.settle();
    this.watch(true);
    // Last of all: a runner that closes may dispose of the loop when no child is left.
    this.workshop.collected(this.process as ScriptProcess);
  }

  said(line: string): void {
    this.workshop.log(line, this.about);
  }

  // ---- the answer --------------------------------------------------------------------------------------------

  /** The body has been taken in, or will not be missed. */
  private get bodyDone(): boolean {
    return this.bodyWhole || (this.input?.closed ?? true) || (this.process?.exited ?? false);
  }

  /** Answers where there is something to answer. */
  private settle(): void {
    if (this.answered) return;
    const { verdict, head } = this;
    if (verdict !== null) {
      this.verdict = null;
      this.over = true;
      this.answer(verdict);
    } else if (head !== null && this.bodyDone && !this.due && !this.concluding) this.answerWith(head);
  }

  /** An error in place of the script's answer: it leaves in the next tick, for this may be a call of the intake's. */
  private refuse(reply: Reply): void {
    if (this.answered || this.verdict !== null) reply.release();
    else {
      this.verdict = reply;
      this.answerLater();
    }
  }

  private answerLater(): void {
    this.due = true;
    this.watch(false);
  }

  private answerWith(head: ScriptHead): void {
    const output = this.output as ScriptOutput;
    if (head.kind !== 'local-redirect') {
      const reply = replyOf(head, output, this.exchange.head.method, this.process);
      this.over = reply.body.kind !== 'stream';
      this.answer(reply);
      return;
    }
    output.drain();
    this.over = true;
    this.answered = true;
    this.redirection = new Redirection(this.exchange, (reply) => this.answer(reply));
    this.redirection.follow(this.workshop, head.location);
    this.watch(true);
  }

  private answer(reply: Reply): void {
    this.answered = true;
    this.redirection = null;
    this.client?.reply(reply);
    this.watch(true);
  }

  // ---- time --------------------------------------------------------------------------------------------------

  private get waitingFor(): Wait {
    const { process, output, input } = this;
    if (this.due) return Wait.NOW;
    if (this.waiting) return Wait.TURN;
    if (process === null || output === null) return Wait.NONE;
    if (this.concluding && !this.answered) return Wait.LENGTH;
    if (process.exited) return output.reading ? Wait.ORPHAN : Wait.NONE;
    if (process.ending) return Wait.NONE;
    if (this.concluding) return Wait.EXIT;
    if (this.over || (input?.pending ?? false)) return Wait.SCRIPT;
    return this.bodyDone && output.reading ? Wait.SCRIPT : Wait.NONE;
  }

  /** Sets the alarm for what is waited for now. @param moved that side has just done something: its time begins anew */
  private watch(moved: boolean): void {
    const { process, waitingFor: wait } = this;
    if (wait === Wait.NONE) {
      this.alarm.stop();
      if (this.over && (process?.exited ?? true)) this.input?.drop();
    } else if ((moved && wait !== Wait.LENGTH) || wait !== this.wait) {
      this.alarm.set(patience(wait, this.timeoutMs));
    }
    this.wait = wait;
  }

  private rang(): void {
    const { wait } = this;
    this.wait = Wait.NONE;
    switch (wait) {
      case Wait.NOW:
        this.due = false;
        this.settle();
        break;
      case Wait.TURN:
        this.queue.remove(this);
        this.waiting = false;
        this.refuse(this.workshop.busy(this.exchange, 'cgi_timeout in the queue'));
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

  private scriptRestsTooLong(): void {
    // A write that is under way tells nothing before its end, but the script may be reading.
    const taken = this.input?.taken ?? 0;
    if (taken !== this.taken) {
      this.taken = taken;
      return;
    }
    const place = 'cgi_timeout';
    if (!this.answered) {
      this.refuse(this.workshop.rules.failure(this.exchange, 504, place));
      this.output?.close();
    } else if (!this.over) this.output?.fail(-ERRNO.ETIMEDOUT, place);
    else this.output?.close();
    this.input?.drop();
    this.process?.end();
  }

  private letGo(): void {
    this.due = false;
    this.alarm.stop();
    this.input?.drop();
    this.output?.close();
    this.process?.end();
  }
}
