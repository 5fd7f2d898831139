import { join } from '../../disk/disk-path.ts';
import type { Scene } from '../../exchange.ts';
import { openContent } from '../../files/open-content.ts';

/** The folder of a README: its path on the disk, and the path by which a request names it, decoded, with its slash. */
interface Shown {
  readonly path: string;
  readonly url: string;
}

/**
 * Gets the README of a folder as HTML.
 * @param name its name in the folder
 * @param nowMs not later than now
 * @param done called once, perhaps from within; with '' if it is not shown
 */
export function showReadme(
  scene: Scene,
  folder: Shown,
  name: string,
  nowMs: number,
  done: (html: string) => void,
): void {
  const { location, services } = scene;
  const path = join(folder.path, name);
  const found = openContent(scene, folder.url + name, path);
  // What a client has stored stands for nobody else's folder, as it stands in for no other file.
  const uploaded = found !== null && location.uploadInert && services.uploads.mayBeUpload(found.real);
  if (uploaded) services.files.close(found.fd);
  if (found === null || uploaded) done('');
  else services.listings.readmes.of({ path, fd: found.fd, facts: found.facts }, services, nowMs, done);
}
