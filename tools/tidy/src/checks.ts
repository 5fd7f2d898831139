import type { Check } from './check.ts';
import { boundaries } from './checks/imports/boundaries.ts';
import { circles } from './checks/imports/circles.ts';
import { cycles } from './checks/imports/cycles.ts';
import { dependencies } from './checks/imports/dependencies.ts';
import { entries } from './checks/imports/entries.ts';
import { modules } from './checks/imports/modules.ts';
import { multiplexers } from './checks/imports/multiplexers.ts';
import { unusedExports } from './checks/imports/unused-exports.ts';
import { unusedPermissions } from './checks/imports/unused-permissions.ts';
import { changesets } from './checks/texts/changesets.ts';
import { claims } from './checks/texts/claims.ts';
import { links } from './checks/texts/links.ts';
import { marks } from './checks/texts/marks.ts';
import { quiet } from './checks/texts/quiet.ts';
import { table } from './checks/texts/table.ts';
import { tests } from './checks/texts/tests.ts';
import { words } from './checks/texts/words.ts';
import { environment } from './checks/tree/environment.ts';
import { folders } from './checks/tree/folders.ts';
import { formatted } from './checks/tree/formatted.ts';
import { helpers } from './checks/tree/helpers.ts';
import { paths } from './checks/tree/paths.ts';
import { pinned } from './checks/tree/pinned.ts';
import { published } from './checks/tree/published.ts';
import { shape } from './checks/tree/shape.ts';
import { sizes } from './checks/tree/sizes.ts';
import { versions } from './checks/tree/versions.ts';

/** Every rule of the workspace. */
export const CHECKS: readonly Check[] = [
  boundaries,
  modules,
  dependencies,
  multiplexers,
  sizes,
  marks,
  words,
  tests,
  quiet,
  shape,
  versions,
  links,
  claims,
  changesets,
  table,
  cycles,
  circles,
  folders,
  unusedExports,
  unusedPermissions,
  entries,
  paths,
  environment,
  formatted,
  helpers,
  pinned,
  published,
];
