import type { Setting } from '../../build/level.ts';
import { type Problems, quoted } from '../../diagnostics/diagnostic.ts';
import type { CgiRule } from '../../model/types.ts';
import { wordSpan } from '../../syntax/directive.ts';
import { FolderIndex } from './folder-index.ts';
import { placeOf, settingOf, subjectOf, type WrittenPlace } from './places.ts';
import { isBelow, type Reach } from './reach.ts';

/** An upload folder, and the place that sets it. */
interface UploadFolder {
  readonly path: string;
  readonly what: string;
  readonly where: string;
}

/** Returns the folders that clients can upload into, of all locations. */
export function uploadFolders(places: readonly WrittenPlace[]): UploadFolder[] {
  const folders = new Map<string, UploadFolder>();
  for (const place of places) {
    const { uploadPath, putRoot, redirection } = place.location;
    if (redirection !== null) continue;
    for (const [path, name] of [
      [uploadPath, 'upload_path'],
      [putRoot, 'method'],
    ] as const) {
      if (path === null || folders.has(path)) continue;
      const what = name === 'method' ? 'where PUT stores' : 'an "upload_path"';
      folders.set(path, { path, what, where: placeOf(place, name) });
    }
  }
  return [...folders.values()];
}

/** A client that may upload a file that is run can run anything. */
export function refuseUploads(places: readonly WrittenPlace[], reach: Reach, problems: Problems): void {
  const index = new FolderIndex<UploadFolder>();
  for (const folder of uploadFolders(places)) index.add(reach.real(folder.path), folder);
  const reported = new Set<Setting>();
  for (const place of places) {
    const { location } = place;
    refusePrograms(place, index, reach, reported, problems);
    if (location.cgiUploads || location.cgi.length === 0) continue;
    refuseInterpreters(place, index, reach, problems);
    for (const folder of index.overlapping(reach.real(location.mount?.file ?? location.root))) {
      const rule = location.cgi.find((each) => runsIn(place, each, folder, reach));
      if (rule === undefined) continue;
      const message = `this runs what clients upload: ${subjectOf(rule)} in ${quoted(folder.path)}, ${folder.what} (${folder.where})`;
      problems.error('upload-runs', wordSpan(settingOf(place, rule).directive, 0), message, {
        expected: 'a folder that no scripts are run in, or "cgi_uploads on;"',
      });
      break;
    }
  }
}

/** The same for a program that answers URLs. One that several locations inherit is reported once. */
function refusePrograms(
  { level, location }: WrittenPlace,
  index: FolderIndex<UploadFolder>,
  reach: Reach,
  reported: Set<Setting>,
  problems: Problems,
): void {
  if (location.cgiUploads || location.redirection !== null) return;
  for (const { ext, program } of location.actions) {
    const setting = [level, level.outer]
      .flatMap((each) => each.all('action'))
      .find(({ value }) => value.ext === ext);
    if (program === null || setting === undefined || reported.has(setting)) continue;
    const path = reach.real(program);
    const folder = index.overlapping(path).find((each) => isBelow(path, reach.real(each.path)));
    if (folder === undefined) continue;
    reported.add(setting);
    const message = `clients can replace this program: it lies in ${quoted(folder.path)}, ${folder.what} (${folder.where})`;
    problems.error('upload-runs', wordSpan(setting.directive, 1), message, {
      expected: 'a program outside, or "cgi_uploads on;"',
    });
  }
}

/** Clients could put another program in the place of an interpreter. */
function refuseInterpreters(
  place: WrittenPlace,
  index: FolderIndex<UploadFolder>,
  reach: Reach,
  problems: Problems,
): void {
  const { cgi, mount } = place.location;
  for (const rule of cgi) {
    const runner = rule.kind === 'extension' ? rule : mount;
    if (runner === null || runner.interpreter === '') continue;
    const path = reach.real(runner.interpreter);
    const folder = index.overlapping(path).find((each) => isBelow(path, reach.real(each.path)));
    if (folder === undefined) continue;
    const message = `clients can replace this interpreter: it lies in ${quoted(folder.path)}, ${folder.what} (${folder.where})`;
    problems.error(
      'upload-runs',
      wordSpan(settingOf(place, rule).directive, mount === null ? 1 : 0),
      message,
      {
        expected: 'an interpreter outside, or "cgi_uploads on;"',
      },
    );
  }
}

function runsIn(place: WrittenPlace, rule: CgiRule, folder: UploadFolder, reach: Reach): boolean {
  if (rule.kind === 'script') {
    const uploaded = isBelow(reach.real(rule.path), reach.real(folder.path));
    return uploaded && (place.location.mount !== null || reach.names(place, rule.path));
  }
  const area = reach.overlap(place.location, folder.path);
  return area !== null && reach.names(place, area);
}
