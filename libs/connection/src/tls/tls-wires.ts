import { type Loop, Memory, Timer, Udata } from '@webserv/event-loop';
import { type ContextSource, RECORD_MAX } from '@webserv/tls';
import { Turns } from '../turns/turns.ts';
import { PIECE, Slabs } from './slabs.ts';
import { TlsWire, type WireShared } from './tls-wire.ts';

/** As much as a driver lends at once. */
const LENT = 64 << 10;

/** Wires with a result that no completion brings: it must not be reported from within the call that asks for it. */
class Later extends Udata {
  private readonly loop: Loop;
  private readonly timer = new Timer(this);
  private waiting: TlsWire[] = [];

  constructor(loop: Loop) {
    super('wire', -1);
    this.loop = loop;
  }

  add(wire: TlsWire): void {
    this.waiting.push(wire);
    if (!this.timer.armed) this.loop.arm(this.timer, 0);
  }

  drop(wire: TlsWire): void {
    if (this.waiting.length === 0) return;
    this.waiting = this.waiting.filter((other) => other !== wire);
    if (this.waiting.length === 0) this.loop.disarm(this.timer);
  }

  complete(): void {}

  override expire(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const wire of waiting) wire.resume();
  }
}

/** What the TLS wires of a loop share. */
export class TlsWires implements WireShared {
  readonly loop: Loop;
  readonly slabs = new Slabs();
  readonly turns: Turns;
  readonly piece = Memory.allocate(PIECE);
  private readonly later: Later;
  private scratch = Memory.allocate(LENT + RECORD_MAX);

  constructor(loop: Loop) {
    this.loop = loop;
    this.later = new Later(loop);
    this.turns = Turns.of(loop);
  }

  /**
   * The wire of a new connection.
   * @param source gives the context when the first byte has come: one that is replaced meanwhile is not used
   * @param plainAnswer what a client gets that speaks HTTP without TLS: a whole response
   */
  open(source: ContextSource, plainAnswer: Memory | null = null): TlsWire {
    return new TlsWire(this, source, plainAnswer);
  }

  plain(size: number): Memory {
    if (this.scratch.size < size) this.scratch = Memory.allocate(size);
    return this.scratch;
  }

  defer(wire: TlsWire): void {
    this.later.add(wire);
  }

  forget(wire: TlsWire): void {
    this.later.drop(wire);
  }
}
