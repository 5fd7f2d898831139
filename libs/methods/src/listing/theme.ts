import { type FileStamp, sameStamp } from '@webserv/response';
import { FileFacts, type Files } from '../disk/files.ts';
import { pagePolicy } from '../page-style.ts';
import { LISTING_SCRIPT } from './listing-script.ts';

/** Bytes of the largest one: each listing carries it. */
const LARGEST = 64 << 10;

/** How the page of a listing looks beyond its own style. */
export interface Theme {
  /** As it stands in the page. */
  readonly css: string;
  /** Content-Security-Policy: whatever names a folder has, nothing of them runs. */
  readonly policy: string;
}

const NO_THEME: Theme = { css: '', policy: pagePolicy(LISTING_SCRIPT, '') };

/** The style sheets of listings. Each is read again when its file has changed. */
export class Themes {
  private readonly known = new Map<string, { readonly theme: Theme; readonly stamp: FileStamp }>();

  /** @param path '' is none. A file that cannot be read is none either. */
  of(files: Files, path: string): Theme {
    if (path === '') return NO_THEME;
    const stamp = files.stamp(path);
    const known = this.known.get(path);
    if (stamp !== null && known !== undefined && sameStamp(known.stamp, stamp)) return known.theme;
    const facts = new FileFacts();
    const css = stamp === null ? '' : read(files, path, facts);
    if (css === '') return NO_THEME;
    const theme = { css, policy: pagePolicy(LISTING_SCRIPT, css) };
    this.known.set(path, { theme, stamp: facts });
    return theme;
  }
}

/** Reads at once: it is small, and read only when it has changed. @returns '' if that fails */
function read(files: Files, path: string, facts: FileFacts): string {
  const fd = files.open('/', path, false);
  if (fd < 0) return '';
  const fits = files.inspect(fd, facts) >= 0 && facts.kind === 'file' && facts.size <= LARGEST;
  const bytes = Buffer.alloc(fits ? facts.size : 0);
  const length = files.read(fd, bytes, 0, bytes.length, 0);
  files.close(fd);
  return length <= 0 ? '' : inPage(new TextDecoder().decode(bytes.subarray(0, length)));
}

/**
 * Returns a style sheet as it can stand in a page. A browser hashes what the parser of HTML makes of it, so the line ends are
 * those that it makes. In a string of CSS, which alone may hold `</`, a backslash changes nothing.
 */
function inPage(css: string): string {
  return css.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd').replaceAll('</', '<\\/');
}
