import type { Server } from '@webserv/config';

/** Returns every folder that a location of these servers stores uploads in. */
export function uploadFoldersOf(servers: readonly Server[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const { locations } of servers) {
    for (const { uploadPath, putRoot } of locations) {
      if (uploadPath !== null) folders.add(uploadPath);
      if (putRoot !== null) folders.add(putRoot);
    }
  }
  return folders;
}
