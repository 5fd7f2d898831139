// The table of all directives.

import { accountRows } from './accounts.ts';
import { acmeRows } from './acme.ts';
import { actionRows } from './actions.ts';
import { errorRows } from './answers/errors.ts';
import { fallbackRows } from './answers/fallbacks.ts';
import { fieldRows } from './answers/fields.ts';
import { answerRows } from './answers/given.ts';
import { rewriteRows } from './answers/rewrites.ts';
import { clientRows } from './clients.ts';
import { codingRows } from './coding.ts';
import { contentRows } from './content.ts';
import { limitRows } from './limits.ts';
import { listingRows } from './listings.ts';
import { logRows } from './logs.ts';
import { operatorRows } from './operator.ts';
import type { Context, Row } from './row.ts';
import { scriptRows } from './scripts.ts';
import { securityRows } from './security.ts';
import { CONTENT_TYPE, structureRows, typeEntryRow } from './structure.ts';
import { logFormatRows } from './values/log-format.ts';

export const DIRECTIVES = {
  ...structureRows,
  ...securityRows,
  ...acmeRows,
  ...contentRows,
  ...listingRows,
  ...answerRows,
  ...rewriteRows,
  ...errorRows,
  ...fallbackRows,
  ...fieldRows,
  ...scriptRows,
  ...actionRows,
  ...codingRows,
  ...limitRows,
  ...clientRows,
  ...accountRows,
  ...logFormatRows,
  ...logRows,
  ...operatorRows,
};

export type DirectiveName = keyof typeof DIRECTIVES;
export type ValueOf<N extends DirectiveName> = (typeof DIRECTIVES)[N] extends Row<infer T> ? T : never;

const BY_NAME: ReadonlyMap<string, Row> = new Map(Object.entries(DIRECTIVES));

/** Returns the row of a directive with the type of its value. The compiler does not see through `ValueOf` by itself. */
export function rowOf<N extends DirectiveName>(name: N): Row<ValueOf<N>> {
  return DIRECTIVES[name] as Row<ValueOf<N>>;
}

/** Returns the names of all directives. */
export function directiveNames(): readonly DirectiveName[] {
  // `Object.keys` returns plain strings.
  return Object.keys(DIRECTIVES) as DirectiveName[];
}

/** Returns the row of a name, wherever it is allowed. */
export function findRow(name: string): Row | null {
  return BY_NAME.get(name) ?? null;
}

/** Returns the row of a name that is allowed in a context. Inside `types` every MIME type is a name. */
export function rowIn(context: Context, name: string): Row | null {
  if (context === 'types') return CONTENT_TYPE.test(name) ? typeEntryRow : null;
  const found = BY_NAME.get(name);
  return found?.contexts.includes(context) ? found : null;
}

/** Returns all rows in the order of the reference page. */
export function allRows(): readonly Row[] {
  return [...BY_NAME.values()];
}
