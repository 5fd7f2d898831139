// Paths as a config writes them, with `/` between names. Nothing here looks at the disk, and nothing needs Node.

/** Makes a path of a config file absolute. A relative one starts in `folder`. The result does not end with `/`. */
export function absolutePath(folder: string, path: string): string {
  const whole = path.startsWith('/') ? path : `${folder}/${path}`;
  return PLAIN.test(whole) ? whole : `/${namesIn(whole).join('/')}`;
}

/** An absolute path without `.`, `..` and empty names. Most are. */
const PLAIN = /^(?:\/(?!\.\.?(?:\/|$))[^/]+)+$/;

/** Joins an absolute folder and a name. A `/` at the end of the name stays: the system then accepts only a folder. */
export function under(folder: string, name: string): string {
  const path = absolutePath(folder, `${folder === '/' ? '' : folder}/${name}`);
  return name.endsWith('/') && path !== '/' ? `${path}/` : path;
}

/** Returns the folder that an absolute path lies in. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf('/', path.length - 2);
  return end <= 0 ? '/' : path.slice(0, end);
}

/** Returns the last name of an absolute path. */
export function lastName(path: string): string {
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  return path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

/** Returns the names of an absolute path after `.` and `..` are resolved. */
function namesIn(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
}
