import type { Disk } from '../../disk/disk.ts';
import { readsFiles, runnerOf } from '../../model/cgi-rules.ts';
import type { CgiRule } from '../../model/types.ts';
import type { WrittenPlace } from './places.ts';
import { hides, type Reach, shadowOf } from './reach.ts';
import { uploadFolders } from './uploads.ts';

/** The number of names that are looked at below one root. */
const MOST = 512;

/** A script that is sent as it is. */
interface ShadowedSource {
  readonly runner: WrittenPlace;
  /** Its path, from the root of the location that sends it. */
  readonly name: string;
}

/**
 * A location runs files by their extension, and another one with a longer prefix takes some of these files over.
 * Returns the first script that the other one sends. Only a file that exists shows that it was meant to run.
 */
export function shadowedSource(
  sender: WrittenPlace,
  places: readonly WrittenPlace[],
  reach: Reach,
  disk: Disk,
): ShadowedSource | null {
  const { location, server } = sender;
  if (!reach.serves(location) || !readsFiles(location)) return null;
  for (const runner of places) {
    if (runner.server !== server || !reach.serves(runner.location)) continue;
    const rules = runner.location.cgi.filter(({ kind }) => kind === 'extension');
    const rest = rules.length === 0 ? null : reach.restIn(runner.location, location.root);
    if (rest === null || rest === '' || shadowOf(runner, rest) !== location) continue;
    const name = firstSent(sender, rules, places, reach, disk);
    if (name !== null) return { runner, name };
  }
  return null;
}

function firstSent(
  sender: WrittenPlace,
  rules: readonly CgiRule[],
  places: readonly WrittenPlace[],
  reach: Reach,
  disk: Disk,
): string | null {
  const { location } = sender;
  // Uploads are meant to be sent.
  if (uploadFolders(places).some(({ path }) => reach.overlap(location, path) !== null)) return null;
  const folders = [''];
  let left = MOST;
  for (const folder of folders) {
    for (const name of disk.list(location.root + folder)) {
      if (left-- === 0) return null;
      const rest = `${folder}/${name}`;
      const path = location.root + rest;
      if (hides(location, rest) || reach.restIn(location, path) === null) continue;
      const kind = disk.kind(path);
      if (kind === 'folder') folders.push(rest);
      if (shadowOf(sender, rest) !== null) continue;
      if (kind === 'file' && runnerOf(rules, path) !== null && runnerOf(location.cgi, path) === null)
        return rest.slice(1);
    }
  }
  return null;
}
