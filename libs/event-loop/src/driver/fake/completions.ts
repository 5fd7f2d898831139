import { errnoName } from '../../ffi/errno.ts';
import { type Op, OpKind } from '../../op.ts';
import { Completions } from '../completions.ts';

/** Completions that a listener sees: for the trace of a schedule. */
export class FakeCompletions extends Completions {
  onDelivered: ((op: Op, result: number) => void) | null = null;

  override deliverMore(op: Op, result: number): void {
    this.onDelivered?.(op, result);
    super.deliverMore(op, result);
  }
}

const KINDS = Object.entries(OpKind);

/** A completion in words: `client #3 recv 120`. */
export function describe(op: Op, result: number): string {
  const kind = KINDS.find(([, number]) => number === op.kind)?.[0].toLowerCase() ?? '';
  return `${op.owner.kind} #${op.owner.slot} ${kind} ${result < 0 ? errnoName(result) : result}`;
}
