import type { Draft } from '../../build/draft.ts';
import type { Level } from '../../build/level.ts';
import { type Problems, quoted } from '../../diagnostics/diagnostic.ts';
import type { DirectiveName } from '../../directives/table.ts';
import { under } from '../../disk/path.ts';
import { cgiKey, runsItself, startsScripts } from '../../model/cgi-rules.ts';
import type { Location } from '../../model/types.ts';
import { wordSpan } from '../../syntax/directive.ts';
import type { WrittenPlace } from './places.ts';
import { isBelow, type Reach } from './reach.ts';
import { uploadFolders } from './uploads.ts';

/** Warns of settings for scripts and uploads if there are no scripts or no uploads. */
export function warnOfIdleRules(
  { servers }: Draft,
  places: readonly WrittenPlace[],
  reach: Reach,
  problems: Problems,
): void {
  const folders = uploadFolders(places).map(({ path }) => reach.real(path));
  for (const { level, value } of servers) {
    const scripts = value.locations.some(startsScripts);
    if (folders.length === 0) {
      idle(level, 'cgi_uploads', 'on', 'nothing can be uploaded', problems);
      idle(level, 'upload_inert', 'off', 'nothing can be uploaded', problems);
    } else if (!scripts) idle(level, 'cgi_uploads', 'on', 'no location of this server has a "cgi"', problems);
    if (!scripts) idleCodings(level, 'no location of this server runs scripts', problems);
  }
  for (const place of places) {
    const { level, location } = place;
    if (!reach.serves(location)) continue;
    besideEveryFile(place, problems);
    besideMount(place, problems);
    const uploads = folders.some((folder) => reach.overlap(location, folder) !== null);
    if (!startsScripts(location)) idleCodings(level, 'this location runs no scripts', problems);
    if (!startsScripts(location)) idle(level, 'cgi_uploads', 'on', 'this location has no "cgi"', problems);
    else if (folders.length === 0) idle(level, 'cgi_uploads', 'on', 'nothing can be uploaded', problems);
    // Links may lead anywhere.
    if (!uploads && !location.symlinks) {
      idle(level, 'upload_inert', 'off', 'nothing below its root can be uploaded', problems);
    }
    defaultFileOutside(level, location, reach, problems);
    const root = reach.real(location.root);
    if (location.precompressed.length > 0 && folders.some((folder) => isBelow(root, folder))) {
      idle(level, 'precompressed', null, 'what clients can upload is sent as it is', problems);
    }
  }
}

/** What looks for files has nothing to do where one script answers every request. */
function besideMount({ level, location }: WrittenPlace, problems: Problems): void {
  if (location.mount === null) return;
  const idle: readonly (readonly [name: DirectiveName, acts: boolean])[] = [
    ['default_file', true],
    ['auto_index', level.own('auto_index')?.value !== 'off'],
    ['try_files', level.own('try_files')?.value !== null],
    ['spa', level.own('spa')?.value !== ''],
    ['precompressed', true],
    ['compress', true],
  ];
  for (const [name, acts] of idle) {
    const setting = level.own(name);
    if (setting === null || !acts) continue;
    const message = `${quoted(name)} has no effect: "script" answers every request here`;
    problems.warn('never-effective', wordSpan(setting.directive, -1), message);
  }
}

/** If every file is a script, a rule for some of them adds nothing, and no file is sent that could be coded. */
function besideEveryFile({ level, location }: WrittenPlace, problems: Problems): void {
  if (!location.cgi.some(({ kind }) => kind === 'all')) return;
  for (const { value, directive } of level.all('cgi')) {
    if (value.kind === 'all' || (value.kind === 'extension' && !runsItself(value))) continue;
    const message = `${quoted(cgiKey(value))} has no effect: "cgi *" runs every file`;
    problems.warn('never-effective', wordSpan(directive, 0), message);
  }
  for (const name of ['precompressed', 'compress'] as const) {
    const setting = level.own(name);
    if (setting === null || setting.value.length === 0) continue;
    const message = `${quoted(name)} has no effect: every file here is a script`;
    problems.warn('never-effective', wordSpan(setting.directive, -1), message);
  }
}

/** Warns of a default file that exists and that no request can get. */
function defaultFileOutside(level: Level, location: Location, reach: Reach, problems: Problems): void {
  const { defaultFiles, root, symlinks } = location;
  if (symlinks) return;
  const { setting } = level.settle('default_file');
  if (setting === null) return;
  defaultFiles.forEach((name, index) => {
    const path = under(root, name);
    if (!reach.isThere(path) || reach.restIn(location, path) !== null) return;
    const message = `${quoted(path)} is never sent: it lies behind a symbolic link that leads out of the root, to ${quoted(reach.real(path))}`;
    problems.warn('never-effective', wordSpan(setting.directive, index), message, {
      expected: '"symlinks on;", or the file itself',
    });
  });
}

function idleCodings(level: Level, why: string, problems: Problems): void {
  const setting = level.own('compress_scripts');
  if (setting === null || setting.value.length === 0) return;
  problems.warn(
    'never-effective',
    wordSpan(setting.directive, -1),
    `"compress_scripts" has no effect: ${why}`,
  );
}

/** @param value the value that would have an effect; null is any */
function idle(
  level: Level,
  name: DirectiveName,
  value: 'on' | 'off' | null,
  why: string,
  problems: Problems,
): void {
  const setting = level.own(name);
  if (setting === null || (value !== null && setting.value !== (value === 'on'))) return;
  problems.warn('never-effective', wordSpan(setting.directive, -1), `${quoted(name)} has no effect: ${why}`);
}
