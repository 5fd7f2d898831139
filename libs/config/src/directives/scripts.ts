// The directives that say what a location runs.

import * as z from 'zod/mini';
import { leavesRoot } from './content.ts';
import { row } from './row.ts';
import type { Value } from './value.ts';
import { flag, lazy, refuseWord } from './values.ts';

/** A rule before its paths are resolved. The interpreter is '' if the files run by themselves. */
export type CgiWords =
  | { readonly kind: 'script'; readonly name: string }
  | { readonly kind: 'extension'; readonly ext: string; readonly interpreter: string }
  | { readonly kind: 'all' };

const EXTENSION = /^\.[\w-]+$/;

/** Returns the extension that a word such as `*.cgi` or `cgi` means, or null if it means none. */
function asExtension(word: string): string | null {
  return /^\*?\.?[\w-]+$/.test(word) ? `.${word.replace(/^\*?\.?/, '')}` : null;
}

function oneWord(word: string, ctx: z.core.ParsePayload): CgiWords {
  if (word === '*') return { kind: 'all' };
  if (EXTENSION.test(word)) return { kind: 'extension', ext: word, interpreter: '' };
  if (word.includes('*')) {
    refuseWord(ctx, 0, `"${word}" is not the name of a script: there are no patterns here`, {
      expected: 'a script, an extension such as .cgi, or * for every file',
      suggestion: asExtension(word),
    });
  }
  const bad = leavesRoot(word);
  if (bad !== null) refuseWord(ctx, 0, bad.message, { suggestion: bad.suggestion });
  return { kind: 'script', name: word };
}

const cgi: Value<CgiWords> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): CgiWords => {
      const [first = '', interpreter] = words;
      if (interpreter === undefined) return oneWord(first, ctx);
      if (!EXTENSION.test(first)) {
        refuseWord(ctx, 0, `"${first}" is not an extension`, {
          expected: 'a dot and letters, such as .php',
          suggestion: asExtension(first),
        });
      }
      if (interpreter === '') refuseWord(ctx, 1, 'the interpreter is empty');
      return { kind: 'extension', ext: first, interpreter };
    }),
  ),
);

export const scriptRows = {
  cgi: row({
    name: 'cgi',
    contexts: ['location'],
    usage: 'SCRIPT | .EXT [INTERPRETER] | *',
    max: 2,
    repeat: 'many',
    inherits: false,
    value: cgi,
    expects: 'a script below the root, an extension (and its interpreter), or * for every file',
    help: 'Runs a script below the root, or every file with an extension (through an interpreter, or by itself), or with * every file. None of these files is ever sent.',
    alias: ['cgi_pass', 'fastcgi_pass', 'cgi_bin', 'cgi_script'],
  }),
  cgi_uploads: row({
    name: 'cgi_uploads',
    contexts: ['server', 'location'],
    usage: 'on|off',
    value: flag,
    expects: 'on or off',
    default: 'off',
    help: 'Also runs scripts that lie below an upload_path. Every client that may upload can then run programs here.',
  }),
};
