import type { Location } from '@webserv/config';
import { TargetForm } from '@webserv/request';
import type { NameCache } from '../disk/files.ts';
import type { Exchange } from '../exchange.ts';
import type { Asking } from '../guard/barred.ts';
import { defaultFileOf, isFolderPath, isHidden, resolvePath } from '../resolve-path.ts';

/** A name that only the disk knows. What the request asks for waits for it, and nobody else does. */
class ColdName implements Asking {
  private readonly names: NameCache;
  private readonly path: string;
  private left = false;

  constructor(names: NameCache, path: string) {
    this.names = names;
    this.path = path;
  }

  wait(done: (barred: null) => void): void {
    this.names.warm(this.path, () => {
      if (!this.left) done(null);
    });
  }

  leave(): void {
    this.left = true;
  }
}

/**
 * Returns what a request has to wait for before its file can be opened at once, or null. That is its path, or a default file of
 * the folder. What lies beside it (coded siblings, the script behind a path) is of folders that are known then.
 */
export function coldName(exchange: Exchange): Asking | null {
  const { services, location, head, aim } = exchange;
  const { names } = services.files;
  const path = aim === null ? head.path : aim.path;
  if (names == null || head.form === TargetForm.ASTERISK || location.redirection !== null) return null;
  if (location.root === '' || isHidden(location, path)) return null;
  if (!isFolderPath(path) || location.defaultFiles.length === 0)
    return coldAt(names, location, resolvePath(location, path));
  for (const name of location.defaultFiles) {
    const cold = coldAt(names, location, defaultFileOf(location, path, name));
    if (cold !== null) return cold;
  }
  return null;
}

function coldAt(names: NameCache, { root, symlinks }: Location, path: string): Asking | null {
  return names.isCold(root, path, !symlinks) ? new ColdName(names, path) : null;
}
