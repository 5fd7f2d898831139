import type { Summary } from '../compare.ts';
import type { Introduction } from '../lab.ts';
import type { Standing } from '../libraries/contest.ts';
import type { Section } from '../options.ts';
import type { Fill } from '../scenarios/fill.ts';
import type { Idle } from '../scenarios/idle.ts';
import type { ManyServers } from '../scenarios/servers.ts';
import type { Start } from '../scenarios/starts.ts';
import type { UploadSummary } from '../scenarios/uploads.ts';
import type { Sharing } from '../scenarios/workers.ts';
import type { SiteName } from '../sites.ts';
import type { Calls } from '../syscalls.ts';

/** A part that was measured. */
interface Measured {
  readonly section: Section;
  readonly date: string;
  /** The load of the machine at its end. */
  readonly load: number;
}

/** A page while its server reloads. */
interface Reloads {
  readonly summaries: readonly Summary[];
  readonly reloads: number;
  /** Milliseconds of the longest round of the loop. */
  readonly longestRound: number;
}

/** What one run of the lab found. A part that did not run is empty. */
export interface Findings {
  measured: Measured[];
  /** The peers that took part, and the head of each one's answer. */
  introductions: Introduction[];
  /** The peers that were left out, and why. */
  absent: string[];
  /** The small file, at each number of connections. */
  small: Summary[];
  calls: Calls[];
  /** Other kinds of request to the small file, each beside the plain one. */
  variants: Summary[];
  /** Files asked for at random, by site. */
  misses: Partial<Record<SiteName, Summary[]>>;
  missCalls: Calls[];
  /** A hot page, alone and beside other load. */
  beside: Summary[];
  besideScripts: Summary[];
  memory: Fill[];
  servers: ManyServers[];
  locations: Summary[];
  /** A page alone, and beside reloads of as many servers. */
  reloads: Reloads;
  /** The small page by one worker and by several, and how they share connections. */
  workers: Summary[];
  sharing: Sharing[];
  /** Over TLS: the small page, handshakes, a large file, idle connections. */
  secure: Summary[];
  secureLarge: Summary[];
  secureIdle: Idle[];
  /** The small page over HTTP/2. */
  http2: Summary[];
  large: Summary[];
  uploads: UploadSummary[];
  idle: Idle[];
  scripts: Summary[];
  /** Scripts of PHP-FPM, by their sizes and numbers of connections. */
  fastcgi: Summary[];
  starts: Start[];
  libraries: Standing[];
  /** Runs with errors, of all servers. */
  voids: number;
}

export function noFindings(): Findings {
  return {
    measured: [],
    introductions: [],
    absent: [],
    small: [],
    calls: [],
    variants: [],
    misses: {},
    missCalls: [],
    beside: [],
    besideScripts: [],
    memory: [],
    servers: [],
    locations: [],
    reloads: { summaries: [], reloads: 0, longestRound: Number.NaN },
    workers: [],
    sharing: [],
    secure: [],
    secureLarge: [],
    secureIdle: [],
    http2: [],
    large: [],
    uploads: [],
    idle: [],
    scripts: [],
    fastcgi: [],
    starts: [],
    libraries: [],
    voids: 0,
  };
}
