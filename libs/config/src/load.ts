// Turns a file into a Config, or into everything that is wrong with it. The other files get their disk from here.

import { build } from './build/build.ts';
import type { Claim } from './build/claim.ts';
import { validate } from './build/validate.ts';
import { checkAccess } from './checks/access.ts';
import { checkAccounts } from './checks/accounts.ts';
import { checkAcme } from './checks/acme.ts';
import { checkActions } from './checks/actions.ts';
import { checkAdmin } from './checks/admin.ts';
import { checkCertificates } from './checks/certificates.ts';
import { checkClaims } from './checks/claims.ts';
import { checkEnv } from './checks/env.ts';
import { checkErrors } from './checks/errors.ts';
import { checkFallbacks } from './checks/fallbacks.ts';
import { warnOfShadowed } from './checks/locations.ts';
import { warnOfNoEffect } from './checks/no-effect.ts';
import { warnOfLoops } from './checks/redirections.ts';
import { warnOfUnseenRuns } from './checks/runs.ts';
import { checkMethods } from './checks/script-methods.ts';
import { checkScripts } from './checks/scripts/check-scripts.ts';
import { checkThemes } from './checks/themes.ts';
import { checkTls } from './checks/tls.ts';
import { type Diagnostic, Problems, quoted } from './diagnostics/diagnostic.ts';
import { Source } from './diagnostics/position.ts';
import type { Disk } from './disk/disk.ts';
import type { Config } from './model/types.ts';
import { Includes, reason } from './syntax/include.ts';

export type LoadResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Diagnostic[] }
  /** Errors, and the warnings that were found with them. */
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads a config file and the files that it includes.
 * @param file a path; a relative path starts in the working directory
 */
export function load(file: string, disk: Disk): LoadResult {
  const path = disk.resolve(file);
  const read = disk.readText(path);
  if (!('error' in read)) return loadSource(new Source(file, path, read.text), disk);
  const problems = new Problems();
  const at = { source: new Source(file, path, ''), start: 0, end: 0 };
  if (read.error === 'not-utf8') problems.error('not-utf8', at, `${quoted(file)} is not UTF-8 text`);
  else problems.error('cannot-read', at, `the config file cannot be read: ${reason(read.error)}`);
  return { ok: false, diagnostics: problems.sorted() };
}

/**
 * Does the same with a text.
 * @param name stands for the file in reports; relative paths in the text start in its folder
 */
export function loadText(text: string, name: string, disk: Disk): LoadResult {
  return loadSource(new Source(name, disk.resolve(name), text), disk);
}

function loadSource(source: Source, disk: Disk): LoadResult {
  const problems = new Problems();
  const claims: Claim[] = [];
  const main = validate(new Includes(disk, problems).read(source, 'main'), problems);
  const draft = build(main, source.path, {
    problems,
    claims,
    findProgram: (name) => {
      const folder = disk.searchPath.find((each) => disk.can(`${each}/${name}`, 'run'));
      return folder === undefined ? null : `${folder}/${name}`;
    },
  });
  if (draft.servers.length === 0 && !main.damaged && problems.errors === 0) {
    const at = { source, start: 0, end: 0 };
    problems.error('no-server', at, 'there is no "server" block', { expected: '"server { ... }"' });
  }
  checkClaims(claims, disk, problems);
  checkMethods(draft, problems);
  checkActions(draft, problems);
  checkEnv(draft, problems);
  checkErrors(draft, disk, problems);
  checkTls(draft, problems);
  checkAcme(draft, problems);
  checkAccess(draft, problems);
  checkAccounts(draft, disk, problems);
  checkAdmin(draft, problems);
  warnOfUnseenRuns(draft, problems);
  if (problems.errors === 0) checkCertificates(draft, disk, problems);
  checkThemes(draft, disk, problems);
  warnOfNoEffect(draft, problems);
  warnOfShadowed(draft, problems);
  warnOfLoops(draft, problems);
  checkFallbacks(draft, disk, problems);
  checkScripts(draft, disk, problems);
  const diagnostics = problems.sorted();
  if (problems.errors > 0) return { ok: false, diagnostics };
  return { ok: true, config: draft.config, warnings: diagnostics };
}
