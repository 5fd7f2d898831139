import type { Setting } from '../../build/level.ts';
import { type Problems, quoted } from '../../diagnostics/diagnostic.ts';
import { absolutePath } from '../../disk/path.ts';
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

/** The same for a program that answers URLs or errors. One that several locations inherit is reported once. */
function refusePrograms(
  place: WrittenPlace,
  index: FolderIndex<UploadFolder>,
  reach: Reach,
  reported: Set<Setting>,
  problems: Problems,
): void {
  for (const { file, setting, word } of place.location.cgiUploads ? [] : programsOf(place)) {
    if (reported.has(setting)) continue;
    const path = reach.real(file);
    const folder = index.overlapping(path).find((each) => isBelow(path, reach.real(each.path)));
    if (folder === undefined) continue;
    reported.add(setting);
    const message = `clients can replace this program: it lies in ${quoted(folder.path)}, ${folder.what} (${folder.where})`;
    problems.error('upload-runs', wordSpan(setting.directive, word), message, {
      expected: 'a program outside, or "cgi_uploads on;"',
    });
  }
}

/** A program, and the directive and the word that name it. */
interface NamedProgram {
  /** Absolute. */
  readonly file: string;
  readonly setting: Setting;
  readonly word: number;
}

function programsOf({ level, location }: WrittenPlace): readonly NamedProgram[] {
  const levels = [level, level.outer];
  const programs: NamedProgram[] = [];
  for (const { ext, program } of location.redirection === null ? location.actions : []) {
    const setting = levels.flatMap((each) => each.all('action')).find(({ value }) => value.ext === ext);
    if (program !== null && setting !== undefined) programs.push({ file: program, setting, word: 1 });
  }
  for (const setting of levels.flatMap((each) => each.all('error'))) {
    for (const { code, file, script, index } of setting.value) {
      const path = absolutePath(setting.directive.source.folder, file ?? '');
      if (script && location.errors.get(code)?.file === path)
        programs.push({ file: path, setting, word: index });
    }
  }
  return programs;
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
