/** Returns the path of a name in a folder, in the spelling of all methods, so that `forget` finds what the cache keeps. */
export function join(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}
