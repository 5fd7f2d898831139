import { FileFacts } from '../disk/files.ts';
import type { Scene } from '../exchange.ts';
import { isSource, realPathOf } from '../scripts/open-script.ts';

/** An open file that is content. The caller that has opened it closes the descriptor. */
interface OpenContent {
  readonly fd: number;
  readonly facts: FileFacts;
  /** As `realPathOf`. */
  readonly real: string;
}

/**
 * Opens a file that is shown within an answer for its folder. It is what a GET by its own path would give: nothing of other
 * locations, nothing that runs, nothing behind a link out of the root.
 * @param url the path by which a request names it, decoded
 * @param path its path on the disk
 * @returns null if GET would not give it
 */
export function openContent(scene: Scene, url: string, path: string): OpenContent | null {
  const { location, services, server } = scene;
  const { files } = services;
  if (services.locate(server, url) !== location) return null;
  const fd = files.open(location.root, path, !location.symlinks);
  if (fd < 0) return null;
  const facts = new FileFacts();
  if (files.inspect(fd, facts) >= 0 && facts.kind === 'file') {
    const real = realPathOf(scene, path, fd);
    if (!isSource(scene, path, real, facts)) return { fd, facts, real };
  }
  files.close(fd);
  return null;
}
