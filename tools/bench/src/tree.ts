import { readdirSync, readFileSync } from 'node:fs';

/** What a process and its descendants have used and hold, as /proc reports it. */
export interface Usage {
  /** Nanoseconds on a CPU, all threads. */
  readonly cpu: number;
  /** Its parts in the program and in the kernel, in clock ticks of 10 ms. */
  readonly user: number;
  readonly system: number;
  /** Nanoseconds, in whole clock ticks, of ended children that the server has waited for. */
  readonly reaped: number;
  /** Resident bytes. Pages that several processes share are divided among them. */
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

/** A process that ends in between counts nothing, so this does not suit a server that replaces its workers. */
export function usageOf(pid: number): Usage {
  const sum = { cpu: 0, user: 0, system: 0, reaped: 0, resident: 0, descriptors: 0 };
  for (const one of tree(pid)) {
    const stat = fields(read(`/proc/${one}/stat`));
    sum.user += stat.user;
    sum.system += stat.system;
    sum.reaped += stat.reaped * TICK;
    // The clock of stat is too coarse for a short run. The scheduler counts nanoseconds, but separately for each thread.
    for (const thread of list(`/proc/${one}/task`)) {
      sum.cpu += Number(read(`/proc/${one}/task/${thread}/schedstat`).split(' ')[0]);
    }
    sum.resident += 1024 * Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${one}/smaps_rollup`))?.[1] ?? 0);
    sum.descriptors += list(`/proc/${one}/fd`).length;
  }
  return sum;
}

/** Columns 14 to 17 of /proc/PID/stat. They are counted from behind the name, which may hold blanks and parentheses. */
export function fields(stat: string): Times {
  const columns = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    user: Number(columns[11] ?? 0),
    system: Number(columns[12] ?? 0),
    reaped: Number(columns[13] ?? 0) + Number(columns[14] ?? 0),
  };
}

/** The text of a file of /proc; '' if the process has ended. */
export function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The names in a folder of /proc; none if the process has ended. */
export function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
