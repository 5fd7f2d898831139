import { type Problems, quoted } from '../../diagnostics/diagnostic.ts';
import type { CgiRule } from '../../model/types.ts';
import { wordSpan } from '../../syntax/directive.ts';
import { FolderIndex } from './folder-index.ts';
import { placeOf, settingOf, subjectOf, type WrittenPlace } from './places.ts';
import { isBelow, type Reach } from './reach.ts';

/** An upload folder, and the place that sets it. */
interface UploadFolder {
  readonly path: string;
  readonly where: string;
}

/** Returns the folders that clients can upload into, of all locations. */
export function uploadFolders(places: readonly WrittenPlace[]): UploadFolder[] {
  const folders = new Map<string, UploadFolder>();
  for (const place of places) {
    const { uploadPath, redirection } = place.location;
    if (uploadPath === null || redirection !== null || folders.has(uploadPath)) continue;
    folders.set(uploadPath, { path: uploadPath, where: placeOf(place, 'upload_path') });
  }
  return [...folders.values()];
}

/** A client that may upload a file that is run can run anything. */
export function refuseUploads(places: readonly WrittenPlace[], reach: Reach, problems: Problems): void {
  const index = new FolderIndex<UploadFolder>();
  for (const folder of uploadFolders(places)) index.add(reach.real(folder.path), folder);
  for (const place of places) {
    const { location } = place;
    if (location.cgiUploads || location.cgi.length === 0) continue;
    for (const folder of index.overlapping(reach.real(location.root))) {
      const rule = location.cgi.find((each) => runsIn(place, each, folder, reach));
      if (rule === undefined) continue;
      const message = `this runs what clients upload: ${subjectOf(rule)} in ${quoted(folder.path)}, an "upload_path" (${folder.where})`;
      problems.error('upload-runs', wordSpan(settingOf(place, rule).directive, 0), message, {
        expected: 'a folder that no scripts are run in, or "cgi_uploads on;"',
      });
      break;
    }
  }
}

function runsIn(place: WrittenPlace, rule: CgiRule, folder: UploadFolder, reach: Reach): boolean {
  if (rule.kind === 'script') {
    return isBelow(reach.real(rule.path), reach.real(folder.path)) && reach.names(place, rule.path);
  }
  const area = reach.overlap(place.location, folder.path);
  return area !== null && reach.names(place, area);
}
