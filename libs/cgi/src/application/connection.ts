import { Interest, type Loop, type Op, type Slice } from '@webserv/event-loop';
import { present } from '@webserv/methods';
import { ScriptUdata, type ScriptUdataOwner } from '../process/script-udata.ts';
import type { ScriptRequest } from '../program/env.ts';
import { Beginning } from './beginning.ts';
import { RecordReader, type RecordSink } from './record-reader.ts';

/** Who has a connection for one request. */
export interface Holder extends RecordSink {
  /** The pending send has ended. @param result 0 or more, or -errno */
  sent(result: number): void;
  /** The application has closed (0) or the connection has failed (-errno). */
  lost(result: number): void;
  /** What the application sends makes no sense. */
  malformed(error: string): void;
  /** Called after `close`: nothing holds the memory of a send any more. */
  gone(): void;
}

/** A connection to an application, which one request has at a time. */
export class Connection implements ScriptUdataOwner {
  /** When it was made, in milliseconds of the loop. */
  readonly opened: number;
  /** It has answered a request before the present one. */
  kept = false;
  /** Something has come for the present request. */
  answered = false;
  closed = false;
  private readonly loop: Loop;
  private readonly udata: ScriptUdata;
  private readonly reader = new RecordReader();
  private readonly unwanted: (connection: Connection) => void;
  private holder: Holder | null = null;
  private readonly beginning = new Beginning();
  /** What has come and was not taken. */
  private rest: Buffer | null = null;
  private feeding = false;

  /** @param unwanted called when the application closes, or says something, while nobody has the connection */
  constructor(loop: Loop, fd: number, unwanted: (connection: Connection) => void) {
    this.loop = loop;
    this.opened = loop.now;
    this.unwanted = unwanted;
    this.udata = new ScriptUdata(this, fd);
  }

  /** @returns 0 or -errno: then it is closed */
  register(): number {
    const error = this.loop.register(this.udata, Interest.BOTH);
    if (error < 0) this.loop.close(this.udata);
    return error;
  }

  hold(holder: Holder): void {
    this.holder = holder;
    this.answered = false;
    this.reader.begin();
  }

  /** The request is over. @returns false if the connection cannot carry another one */
  letGo(): boolean {
    this.holder = null;
    if (this.closed || this.sending || this.rest !== null || !this.reader.atBoundary) return false;
    this.kept = true;
    this.listen();
    return true;
  }

  /** Nobody wants what may still come. */
  abandon(): void {
    this.holder = null;
    this.close();
  }

  get sending(): boolean {
    return this.udata.writing.pending;
  }

  /** How many bytes of the pending send have left. */
  get sent(): number {
    return this.udata.writing.done;
  }

  /** Whether something that has come waits to be taken. */
  get waiting(): boolean {
    return this.rest !== null;
  }

  /** Sends all of a request but its body. */
  begin(request: ScriptRequest, hasBody: boolean): void {
    const size = this.beginning.write(request, hasBody);
    this.loop.send(this.udata.writing, this.beginning.memory, 0, size);
  }

  send(slices: readonly Slice[]): void {
    this.loop.sendAll(this.udata.writing, slices);
  }

  listen(): void {
    if (!this.closed && this.rest === null && !this.udata.reading.pending) this.loop.recv(this.udata.reading);
  }

  /** Goes on with what waits. */
  goOn(): void {
    const { rest } = this;
    if (rest === null || this.feeding) return;
    this.rest = null;
    this.feed(rest, 0, rest.length);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.rest = null;
    this.reader.stop();
    this.loop.close(this.udata);
  }

  worked(udata: ScriptUdata, op: Op): void {
    if (op === udata.writing) this.holder?.sent(op.result);
    else if (this.holder === null) this.unwanted(this);
    else if (op.result <= 0) this.holder.lost(op.result);
    else {
      this.answered = true;
      this.feed(present(op.bytes, 'what was received'), op.offset, op.offset + op.result);
    }
  }

  gone(): void {
    this.closed = true;
    this.holder?.gone();
    this.holder = null;
  }

  private feed(bytes: Buffer, start: number, end: number): void {
    const { reader, holder } = this;
    if (holder === null) return;
    this.feeding = true;
    const used = reader.feed(bytes, start, end, holder);
    this.feeding = false;
    if (this.closed) return;
    if (reader.error !== '') holder.malformed(reader.error);
    else if (start + used === end) this.listen();
    else if (this.holder === holder) {
      // What is lent lasts for this call alone.
      this.rest = Buffer.from(bytes.subarray(start + used, end));
    } else if (this.holder === null) this.unwanted(this);
    else this.holder.malformed('more than the answer to the request before');
  }
}
