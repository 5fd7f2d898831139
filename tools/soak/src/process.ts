import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel says of a process (Linux, /proc); zeros where it has ended. */
export interface ProcessFacts {
  /** Bytes. */
  readonly resident: number;
  readonly descriptors: number;
  /** Processes below it, zombies included. */
  readonly children: number;
  readonly zombies: number;
}

export function factsOf(pid: number): ProcessFacts {
  const below = descendants(pid);
  return {
    resident: 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0),
    descriptors: list(`/proc/${pid}/fd`).length,
    children: below.length,
    zombies: below.filter((each) => /^State:\s+Z/m.test(read(`/proc/${each}/status`))).length,
  };
}

function descendants(pid: number): number[] {
  return list(`/proc/${pid}/task`)
    .flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' '))
    .filter((child) => child.trim() !== '')
    .flatMap((child) => [Number(child), ...descendants(Number(child))]);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
