import { Alarm, ScriptUdata, type ScriptUdataOwner } from '@webserv/cgi';
import { type Address, ERRNO, Interest, type Loop, Memory, type Op } from '@webserv/event-loop';
import { present } from '@webserv/methods';

/** The largest answer that is read. */
const ANSWER_MAX = 64 << 20;

/** One message to an address and what comes back, for commands. */
export class Dialogue implements ScriptUdataOwner {
  private readonly loop: Loop;
  private readonly done: (answer: Buffer | number) => void;
  private readonly alarm: Alarm;
  private readonly enough: number;
  private udata: ScriptUdata | null = null;
  private message: Memory | null = null;
  private readonly pieces: Buffer[] = [];
  private size = 0;
  private answer: Buffer | number | null = null;

  private constructor(loop: Loop, enough: number, done: (answer: Buffer | number) => void) {
    this.loop = loop;
    this.enough = enough;
    this.done = done;
    this.alarm = new Alarm(loop, () => this.end(-ERRNO.ETIMEDOUT));
  }

  /**
   * Sends a message, and reads the answer until the other side ends it, or has sent enough.
   * @param enough bytes of an answer that need no end
   * @returns the answer, or -errno; -ETIMEDOUT after `ms`
   */
  static hold(loop: Loop, address: Address, message: Buffer, ms: number, enough = ANSWER_MAX) {
    return new Promise<Buffer | number>((resolve) => {
      new Dialogue(loop, enough, resolve).begin(address, message, ms);
    });
  }

  worked(udata: ScriptUdata, op: Op): void {
    if (this.answer !== null) return;
    if (op.result < 0) this.end(op.result);
    else if (op === udata.writing) this.loop.recv(udata.reading);
    else if (op.result === 0) this.end(Buffer.concat(this.pieces));
    else {
      const bytes = present(op.bytes, 'what was received');
      this.pieces.push(Buffer.from(bytes.subarray(op.offset, op.offset + op.result)));
      this.size += op.result;
      if (this.size >= this.enough) this.end(Buffer.concat(this.pieces));
      else this.loop.recv(udata.reading);
    }
  }

  gone(): void {
    this.message = null;
    this.done(present(this.answer, 'an answer'));
  }

  private begin(address: Address, message: Buffer, ms: number): void {
    const { loop } = this;
    const fd = loop.driver.connectTo?.(address) ?? -ERRNO.ENOSYS;
    if (fd < 0) {
      this.done(fd);
      return;
    }
    const udata = new ScriptUdata(this, fd);
    this.udata = udata;
    const error = loop.register(udata, Interest.BOTH);
    if (error < 0) {
      this.end(error);
      return;
    }
    this.alarm.set(ms);
    this.message = Memory.from(message);
    loop.sendAll(udata.writing, [{ memory: this.message, offset: 0, length: this.message.size }]);
  }

  private end(answer: Buffer | number): void {
    if (this.answer !== null) return;
    this.answer = answer;
    this.alarm.stop();
    this.loop.close(present(this.udata, 'a connection'));
  }
}
