import { list, read, tree } from '@webserv/bench/tree';

/** What the kernel says about a process (Linux, /proc); zeros if the process has ended. */
interface ProcessFacts {
  /** Bytes. */
  readonly resident: number;
  readonly descriptors: number;
  /** Processes below it, zombies included. */
  readonly children: number;
  readonly zombies: number;
}

export function factsOf(pid: number): ProcessFacts {
  const below = tree(pid).slice(1);
  return {
    resident: 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0),
    descriptors: list(`/proc/${pid}/fd`).length,
    children: below.length,
    zombies: below.filter((each) => /^State:\s+Z/m.test(read(`/proc/${each}/status`))).length,
  };
}
