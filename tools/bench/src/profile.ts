/** The place of a call, as both kinds of V8's profiles name it. */
interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** Counted from 0; -1 where there is none. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** What `node --cpu-prof` writes. Times are microseconds. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** What V8's sampling of allocations gives: a tree of calls. Sizes are bytes, an estimate from the samples. */
interface AllocationProfile {
  readonly head: AllocationNode;
}
interface AllocationNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly AllocationNode[];
}

/** One function and its own share, without the functions that it calls. */
export interface Share {
  readonly name: string;
  /** `file:line`, or '' if it is no script. */
  readonly place: string;
  readonly amount: number;
}

/** Finds the source of a place in a bundle: `file:line`, or '' if it is unknown. */
export type Origin = (url: string, line: number, column: number) => string;

const asItIs: Origin = () => '';

/** The server waits: this time is not its work. */
const IDLE = '(idle)';

/** Microseconds of each function itself, the greatest first. Waiting does not count. */
export function timeShares({ nodes, samples, timeDeltas }: CpuProfile, origin: Origin = asItIs): Share[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const sums = new Sums(origin);
  for (const [index, sample] of samples.entries()) {
    const frame = frames.get(sample);
    if (frame !== undefined && frame.functionName !== IDLE) sums.add(frame, timeDeltas[index] ?? 0);
  }
  return sums.sorted();
}

/** Bytes that each function itself has allocated, the greatest first. */
export function allocationShares({ head }: AllocationProfile, origin: Origin = asItIs): Share[] {
  const sums = new Sums(origin);
  const left = [head];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    sums.add(node.callFrame, node.selfSize);
    left.push(...node.children);
  }
  return sums.sorted();
}

class Sums {
  private readonly shares = new Map<string, { name: string; place: string; amount: number }>();
  private readonly origin: Origin;

  constructor(origin: Origin) {
    this.origin = origin;
  }

  add({ functionName, url, lineNumber, columnNumber }: CallFrame, amount: number): void {
    const file = url.slice(url.lastIndexOf('/') + 1);
    const bundled = file === '' ? '' : `${file}:${lineNumber + 1}`;
    const place = this.origin(url, lineNumber, columnNumber) || bundled;
    const name = functionName === '' ? '(anonymous)' : functionName;
    const key = `${name} ${place}`;
    const share = this.shares.get(key);
    if (share === undefined) this.shares.set(key, { name, place, amount });
    else share.amount += amount;
  }

  sorted(): Share[] {
    return [...this.shares.values()].filter(({ amount }) => amount > 0).sort((a, b) => b.amount - a.amount);
  }
}
