import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import type { Refusal } from '../process/account.ts';
import type { Finding } from './finding.ts';

const LETTERS: Readonly<Record<Refusal['verb'], string>> = {
  read: 'r',
  write: 'rwx',
  enter: 'rx',
  run: 'rx',
};

/** Says what an account lacks, and which folder on the way is the one that keeps it out. */
export function rightsFinding({ place, verb, path }: Refusal, user: string): Finding {
  const shut = shutFolder(path);
  const [where, letters] = shut === null ? [path, LETTERS[verb]] : [shut, 'x'];
  const why = shut === null ? '' : `: it cannot enter ${shut}`;
  return {
    weight: 'stops',
    about: 'rights',
    message: `${place}: "${user}" cannot ${verb} ${path}${why}`,
    fix: `setfacl -m u:${user}:${letters} ${where}   (or chown, or chmod)`,
  };
}

/** Returns the outermost folder above a path that this process may not enter, or null. */
function shutFolder(path: string): string | null {
  const folder = dirname(path);
  if (folder === path) return null;
  const outer = shutFolder(folder);
  if (outer !== null) return outer;
  try {
    accessSync(folder, constants.X_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? folder : null;
  }
}
