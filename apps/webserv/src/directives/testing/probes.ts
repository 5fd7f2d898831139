import { CLIENTS } from './clients.ts';
import { CODING } from './coding.ts';
import { CONTENT } from './content.ts';
import { COUNTS } from './counts.ts';
import { FIELDS } from './fields.ts';
import { LOGS } from './logs.ts';
import { OPERATOR } from './operator.ts';
import type { AloneProbe, Probe } from './probe.ts';
import { RUNS } from './runs.ts';
import { SECURITY } from './security.ts';
import { SIZES } from './sizes.ts';
import { STOPPING } from './stopping.ts';
import { STRUCTURE } from './structure.ts';
import { TIMES } from './times.ts';
import { UPLOADS } from './uploads.ts';

/** One probe for each directive, by its name. */
export const PROBES: Readonly<Record<string, Probe | AloneProbe>> = {
  ...STRUCTURE,
  ...SECURITY,
  ...CONTENT,
  ...FIELDS,
  ...UPLOADS,
  ...CODING,
  ...SIZES,
  ...COUNTS,
  ...TIMES,
  ...CLIENTS,
  ...LOGS,
  ...RUNS,
  ...STOPPING,
  ...OPERATOR,
};
