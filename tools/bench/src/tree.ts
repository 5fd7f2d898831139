import { readdirSync, readFileSync } from 'node:fs';

/** What a process and its descendants have used and hold, from /proc. */
export interface Usage {
  /** Nanoseconds on a CPU, all threads. */
  readonly cpu: number;
  /** Of it, roughly: clock ticks (10 ms) in the program and in the kernel. */
  readonly user: number;
  readonly system: number;
  /** Nanoseconds, in clock ticks, of children that have ended and were waited for. */
  readonly reaped: number;
  /** Resident bytes; pages that several processes share are divided among them. */
  readonly resident: number;
  readonly descriptors: number;
}

/** Nanoseconds: USER_HZ is 100 on every Linux. */
const TICK = 1e7;

/** Clock ticks. */
interface Times {
  readonly user: number;
  readonly system: number;
  readonly reaped: number;
}

/** `pid` and every process below it. */
export function tree(pid: number): number[] {
  const pids = [pid];
  for (const thread of list(`/proc/${pid}/task`)) {
    for (const child of read(`/proc/${pid}/task/${thread}/children`).split(' ')) {
      if (child.trim() !== '') pids.push(...tree(Number(child)));
    }
  }
  return pids;
}

/** A process that ends meanwhile counts nothing, so a server that replaces its workers must not be measured so. */
export function usageOf(pid: number): Usage {
  const sum = { cpu: 0, user: 0, system: 0, reaped: 0, resident: 0, descriptors: 0 };
  for (const one of tree(pid)) {
    const stat = fields(read(`/proc/${one}/stat`));
    sum.user += stat.user;
    sum.system += stat.system;
    sum.reaped += stat.reaped * TICK;
    // The clock of stat is too coarse for a short run; the scheduler counts nanoseconds, but for each thread apart.
    for (const thread of list(`/proc/${one}/task`)) {
      sum.cpu += Number(read(`/proc/${one}/task/${thread}/schedstat`).split(' ')[0]);
    }
    sum.resident += 1024 * Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${one}/smaps_rollup`))?.[1] ?? 0);
    sum.descriptors += list(`/proc/${one}/fd`).length;
  }
  return sum;
}

/** Columns 14 to 17 of /proc/PID/stat, counted behind the name, which may itself hold blanks and parentheses. */
export function fields(stat: string): Times {
  const columns = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    user: Number(columns[11] ?? 0),
    system: Number(columns[12] ?? 0),
    reaped: Number(columns[13] ?? 0) + Number(columns[14] ?? 0),
  };
}

/** The text of a file of /proc; none where the process has ended. */
export function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The names in a folder of /proc; none where the process has ended. */
export function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
