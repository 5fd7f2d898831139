import type { Check } from './check.ts';
import { boundaries } from './checks/boundaries.ts';
import { claims } from './checks/claims.ts';
import { cycles } from './checks/cycles.ts';
import { dependencies } from './checks/dependencies.ts';
import { entries } from './checks/entries.ts';
import { environment } from './checks/environment.ts';
import { formatted } from './checks/formatted.ts';
import { links } from './checks/links.ts';
import { marks } from './checks/marks.ts';
import { modules } from './checks/modules.ts';
import { multiplexers } from './checks/multiplexers.ts';
import { paths } from './checks/paths.ts';
import { pinned } from './checks/pinned.ts';
import { quiet } from './checks/quiet.ts';
import { shape } from './checks/shape.ts';
import { sizes } from './checks/sizes.ts';
import { tests } from './checks/tests.ts';
import { unusedExports } from './checks/unused-exports.ts';
import { unusedPermissions } from './checks/unused-permissions.ts';
import { versions } from './checks/versions.ts';

/** Every rule of the workspace. */
export const CHECKS: readonly Check[] = [
  boundaries,
  modules,
  dependencies,
  multiplexers,
  sizes,
  marks,
  tests,
  quiet,
  shape,
  versions,
  links,
  claims,
  cycles,
  unusedExports,
  unusedPermissions,
  entries,
  paths,
  environment,
  formatted,
  pinned,
];
