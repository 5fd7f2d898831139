/** A name in a folder, spelled as the other methods spell the path: what is forgotten is what was remembered. */
export function join(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}
