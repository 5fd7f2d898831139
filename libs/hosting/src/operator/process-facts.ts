import { readdirSync, readFileSync } from 'node:fs';
import type { Collector } from '@webserv/admin';

/** What the system knows of this process. -1 where it does not say. */
interface ProcessFacts {
  readonly openFds: number;
  readonly maxFds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** Memory outside of V8's heap that V8 knows of. */
  readonly externalBytes: number;
  /** User and system. */
  readonly cpuSeconds: number;
  /** Seconds since the epoch. */
  readonly startedAt: number;
}

const STARTED_AT = Date.now() / 1000 - process.uptime();

export function processFacts(): ProcessFacts {
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    openFds: openFds(),
    maxFds: maxFds(),
    residentBytes: rss,
    heapBytes: heapUsed,
    externalBytes: external,
    cpuSeconds: (user + system) / 1e6,
    startedAt: STARTED_AT,
  };
}

/** The names that Prometheus gives to what every process has. */
export function processMetrics(out: Collector): void {
  const facts = processFacts();
  out.counter('process_cpu_seconds', 'User and system CPU time.', facts.cpuSeconds);
  out.gauge('process_resident_memory_bytes', 'Resident memory.', facts.residentBytes);
  out.gauge(
    'process_start_time_seconds',
    'Start of the process, since the epoch.',
    facts.startedAt,
    {},
    'max',
  );
  if (facts.openFds >= 0) out.gauge('process_open_fds', 'Open descriptors.', facts.openFds);
  if (facts.maxFds >= 0) {
    out.gauge('process_max_fds', 'Descriptors that may be open at once.', facts.maxFds);
  }
  out.gauge('webserv_heap_bytes', "Memory in use of V8's heap.", facts.heapBytes);
  out.gauge('webserv_external_memory_bytes', 'Buffers that V8 knows of.', facts.externalBytes);
}

/** The folder is Linux's, and lists a descriptor of its own. */
function openFds(): number {
  try {
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return -1;
  }
}

function maxFds(): number {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    return limit === null ? -1 : Number(limit[1]);
  } catch {
    return -1;
  }
}
