import { bytesOfText } from '@webserv/request';
import type { Reply } from '@webserv/response';
import { realOf } from '../../disk/disk-path.ts';
import { ERRNO } from '../../disk/errno.ts';
import { FileFacts } from '../../disk/files.ts';
import type { Exchange } from '../../exchange.ts';
import { failedCall, failure } from '../../failure.ts';
import { isHidden, lastSegment, resolvePath } from '../../resolve-path.ts';

/** The place of a file that a PUT stores. */
export interface PutTarget {
  /** The path by which GET opens the file. */
  readonly path: string;
  /** The folder of the file, without links. */
  readonly folder: string;
  readonly name: string;
  /** The file that GET sends now; null if there is none. */
  readonly facts: FileFacts | null;
}

/** NAME_MAX of all common file systems, in bytes. */
const NAME_MAX = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const CONTROL = /[\x00-\x1f\x7f]/;
/** In every location, whatever it serves: names of programs' own files (`.git`, `.htaccess`) begin with a dot. */
const NO_DOTFILES = { dotfiles: false } as const;

/** Nothing is there that GET could find. A client cannot see which of these it is. */
const ABSENT: ReadonlySet<number> = new Set([-ERRNO.ENOENT, -ERRNO.ENOTDIR, -ERRNO.ELOOP, -ERRNO.EXDEV]);

/**
 * Returns the place that a PUT stores at: the root of the location in place of its prefix, as for GET. The folder must exist
 * and lie in the root, even if the location follows links out of the root for reading. A link in place of the file is
 * replaced, and its target stays.
 */
export function findTarget(exchange: Exchange): PutTarget | Reply {
  const { head, location, services } = exchange;
  const path = resolvePath(location, head.path);
  const name = lastSegment(path);
  if (path === location.root || name === '') return failure(exchange, 409, 'a folder');
  if (isHidden(NO_DOTFILES, head.path) || name.startsWith('.')) return failure(exchange, 403, 'hidden name');
  if (CONTROL.test(path) || bytesOfText(name).length > NAME_MAX)
    return failure(exchange, 400, 'name of the file');
  const folder = folderOf(exchange, path.slice(0, -name.length - 1));
  if (typeof folder !== 'string') return folder;
  const facts = new FileFacts();
  const error = services.files.look(location.root, path, !location.symlinks, facts);
  if (error < 0 && !ABSENT.has(error)) return failedCall(exchange, error, 'stat');
  // A FIFO, socket or device has its place for a reason.
  if (error >= 0 && facts.kind !== 'file') return failure(exchange, 409, 'not a regular file');
  return { path, folder, name, facts: error < 0 ? null : facts };
}

/** Returns the path of the file's folder without links, or the reply that refuses it. */
function folderOf(exchange: Exchange, path: string): string | Reply {
  const { files } = exchange.services;
  const { root } = exchange.location;
  const fd = files.open(root, path === '' ? '/' : path, true);
  if (ABSENT.has(fd)) return failure(exchange, 409, 'folder of the file', fd);
  if (fd < 0) return failedCall(exchange, fd, 'open folder');
  const facts = new FileFacts();
  const error = files.inspect(fd, facts);
  const real = error < 0 ? '' : files.realPath(path, fd);
  files.close(fd);
  if (error < 0) return failedCall(exchange, error, 'fstat');
  if (real === '' || facts.kind !== 'folder') return failure(exchange, 409, 'folder of the file');
  // A link with a visible name may lead to a hidden folder.
  const below = real.slice(realOf(root).length);
  return isHidden(NO_DOTFILES, below.startsWith('/') ? below : `/${below}`)
    ? failure(exchange, 403, 'hidden folder')
    : real;
}
