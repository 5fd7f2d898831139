// Puts other texts in the place of each `include`, and refuses cycles and floods.

import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { Source, type Span } from '../diagnostics/position.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { Context } from '../directives/row.ts';
import type { Disk } from '../disk/disk.ts';
import { glob, isPattern } from '../disk/glob.ts';
import { absolutePath, folderOf, lastName } from '../disk/path.ts';
import { type Directive, wordSpan } from './directive.ts';
import { parse } from './parse.ts';

/** More depth or more files is a mistake that would fill the memory. */
const MOST_DEPTH = 32;
const MOST_FILES = 2000;

export class Includes {
  readonly #disk: Disk;
  readonly #problems: Problems;
  #files = 0;

  constructor(disk: Disk, problems: Problems) {
    this.#disk = disk;
    this.#problems = problems;
  }

  /** Parses a text and everything that it includes. */
  read(source: Source, context: Context): Directive[] {
    return this.#expand(parse(source, context, this.#problems), context);
  }

  #expand(tree: readonly Directive[], context: Context): Directive[] {
    const out: Directive[] = [];
    for (const directive of tree) {
      const { row, block, args, sound } = directive;
      if (row?.name === 'include' && row.contexts.includes(context) && sound && args.length === 1) {
        for (const included of this.#include(directive, context)) out.push(included);
      } else if (block !== null && row !== null && row.block !== null) {
        out.push({ ...directive, block: this.#expand(block, row.block) });
      } else out.push(directive);
    }
    return out;
  }

  #include(directive: Directive, context: Context): Directive[] {
    const at = wordSpan(directive, 0);
    const written = directive.args[0].text;
    const pattern = absolutePath(directive.source.folder, written);
    if (!isPattern(written)) return this.#file(pattern, at, context);
    return glob(pattern, this.#disk).flatMap((path) =>
      this.#disk.kind(path) === 'folder' ? [] : this.#file(path, at, context),
    );
  }

  #file(path: string, at: Span, context: Context): Directive[] {
    if (!this.#allowed(path, at)) return [];
    const read = this.#disk.readText(path);
    if ('error' in read) {
      this.#unreadable(path, at, read.error);
      return [];
    }
    this.#files += 1;
    const source = new Source(displayName(at.source, path), path, read.text, at, this.#files);
    return this.read(source, context);
  }

  #allowed(path: string, at: Span): boolean {
    let depth = 0;
    for (
      let source: Source | null = at.source;
      source !== null;
      source = source.includedFrom?.source ?? null
    ) {
      depth += 1;
      if (source.path !== path) continue;
      const message = depth === 1 ? 'this file includes itself' : `this leads back to ${quoted(source.name)}`;
      this.#problems.error('include-cycle', at, message, { expected: 'a file that does not lead back here' });
      return false;
    }
    if (depth < MOST_DEPTH && this.#files < MOST_FILES) return true;
    const message =
      depth < MOST_DEPTH
        ? `this config includes more than ${MOST_FILES} files`
        : `includes are more than ${MOST_DEPTH} files deep`;
    this.#problems.error('include-limit', at, message);
    return false;
  }

  #unreadable(path: string, at: Span, error: string): void {
    if (error === 'ENOENT') {
      const suggestion = suggest(lastName(path), this.#disk.list(folderOf(path)));
      this.#problems.error('include-not-found', at, `there is no file ${quoted(path)}`, { suggestion });
    } else if (error === 'not-utf8') {
      this.#problems.error('not-utf8', at, `${quoted(path)} is not UTF-8 text`);
    } else this.#problems.error('cannot-read', at, `${quoted(path)} cannot be read: ${reason(error)}`);
  }
}

/** Returns a name in the manner of the including file: relative to the same folder if that is possible. */
function displayName(from: Source, path: string): string {
  const shownFolder = from.name.slice(0, from.name.length - lastName(from.path).length);
  const realFolder = `${from.folder}/`;
  const sameEnd = from.name.endsWith(lastName(from.path));
  return sameEnd && path.startsWith(realFolder) ? shownFolder + path.slice(realFolder.length) : path;
}

/** Puts an errno name into words. */
export function reason(error: string): string {
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'it does not exist',
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of its path is not a folder',
    ELOOP: 'too many symbolic links',
  };
  return known[error] ?? error;
}
