import { TargetForm } from '@webserv/request';
import { actsOn, ofFiles, takes } from '../allowed.ts';
import type { NameCache } from '../disk/files.ts';
import type { Exchange } from '../exchange.ts';
import type { Asking, Barred, Judgement } from '../guard/barred.ts';
import { defaultFileOf, isFolderPath, isHidden, resolvePath } from '../resolve-path.ts';
import { actionFor } from '../scripts/action.ts';

const CROWDED: Barred = { status: 503, place: 'cold names wait', retryAfter: 1, realm: '' };
const NONE: ReadonlySet<string> = new Set();

/** Names that only the disk knows, one behind the other. The request waits for them, and nobody else does. */
class ColdName implements Asking {
  private readonly exchange: Exchange;
  private readonly names: NameCache;
  /** What the disk has been asked for. Some disks let the kernel keep nothing of it: they are not asked again. */
  private readonly asked = new Set<string>();
  private settle: (barred: Barred | null) => void = () => {};
  private takeBack: () => void = () => {};

  constructor(exchange: Exchange, names: NameCache) {
    this.exchange = exchange;
    this.names = names;
  }

  /** @returns whether it waits for that name */
  begin(path: string): boolean {
    this.asked.add(path);
    const { caller } = this.exchange;
    const takeBack = this.names.warm(path, () => caller.guarded(() => this.goOn()));
    if (takeBack === null) return false;
    this.takeBack = takeBack;
    return true;
  }

  wait(done: (barred: Barred | null) => void): void {
    this.settle = done;
  }

  leave(): void {
    this.takeBack();
  }

  private goOn(): void {
    const next = firstCold(this.exchange, this.names, this.asked);
    if (next === '') this.settle(null);
    else if (!this.begin(next)) this.settle(CROWDED);
  }
}

/**
 * Returns what a request has to wait for before what it names can be opened at once: names that only the disk knows. Null if there
 * are none, and a refusal if too many names wait already. The disk is asked for the first one from now on, so the caller has to
 * wait in this turn, or to leave.
 */
export function coldName(exchange: Exchange): Judgement {
  const { names } = exchange.services.files;
  if (names == null || !isLookedFor(exchange)) return null;
  const path = firstCold(exchange, names, NONE);
  if (path === '') return null;
  const cold = new ColdName(exchange, names);
  return cold.begin(path) ? cold : CROWDED;
}

/** Whether the method stage looks below the root for what the path of a request names. */
function isLookedFor(exchange: Exchange): boolean {
  const { head, location, aim } = exchange;
  const { redirection, mount, application, root, cgi, tries } = location;
  if (head.form === TargetForm.ASTERISK || redirection !== null || mount !== null || application !== null)
    return false;
  const path = pathOf(exchange);
  if (root === '' || (aim !== null && aim.fault !== null) || isHidden(location, path)) return false;
  if (!takes(location, head.method)) return false;
  const method = ofFiles(location, head.method);
  // What a client posts is stored elsewhere, and other methods are only for scripts.
  if ((method === null || method === 'POST') && cgi.length === 0 && tries === null) return false;
  const action = actionFor(location, path);
  return action === null || !actsOn(action, location, head.method);
}

/**
 * Returns the first cold name among those that the method stage looks for, in its order: the path, or the default files of its
 * folder up to the first that is there. '' if there is none. What `precompressed` looks for beside the file is not among them:
 * most files have no such sibling, and an answer that has waited is not kept in the cache.
 * @param asked names that are not looked at again
 */
function firstCold(exchange: Exchange, names: NameCache, asked: ReadonlySet<string>): string {
  const { location } = exchange;
  const { root, symlinks, defaultFiles } = location;
  const path = pathOf(exchange);
  const inFolder = isFolderPath(path) && defaultFiles.length > 0;
  const count = inFolder ? defaultFiles.length : 1;
  for (let at = 0; at < count; at++) {
    const file = inFolder
      ? defaultFileOf(location, path, defaultFiles[at] as string)
      : resolvePath(location, path);
    const state = names.knows(root, file, !symlinks);
    if (state === 'there') return '';
    if (state === 'cold' && !asked.has(file)) return file;
  }
  return '';
}

function pathOf({ head, aim }: Exchange): string {
  return aim === null ? head.path : aim.path;
}
