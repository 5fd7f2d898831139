// The directive that says what answers an error.

import * as z from 'zod/mini';
import { row } from '../row.ts';
import type { Value } from '../values/value.ts';
import { lazy, refuseWord } from '../values/values.ts';

/** What a block says about the answer to one status. */
export interface ErrorWords {
  readonly code: number;
  /** As the config writes it. Null takes away what the block around says. */
  readonly file: string | null;
  /** Whether the file is run. Otherwise it is sent. */
  readonly script: boolean;
  /** The place of the file, or of the code that is taken away, among the words. */
  readonly index: number;
}

const SCRIPT = 'script';
const STATUS = /^[45]\d\d$/;
const PAIRS = 'pairs of a code and a file, or a code, "script" and a file';

const errors: Value<readonly ErrorWords[]> = lazy(() =>
  z.pipe(
    z.array(z.string().check(z.minLength(1))),
    z.transform((words: string[], ctx: z.core.ParsePayload): readonly ErrorWords[] => {
      const found: ErrorWords[] = [];
      for (let index = 0; index < words.length; index++) {
        const word = words[index] ?? '';
        const away = word.startsWith('-');
        const code = away ? word.slice(1) : word;
        if (!STATUS.test(code)) {
          refuseWord(ctx, index, `"${word}" is not an error status`, { expected: 'a code from 400 to 599' });
          // What stands behind it is the file of this word, and no code.
          if (!away) index++;
          continue;
        }
        if (away) {
          found.push({ code: Number(code), file: null, script: false, index });
          continue;
        }
        const at = index;
        const script = words[index + 1] === SCRIPT;
        index += script ? 2 : 1;
        const file = words[index];
        if (file !== undefined && !STATUS.test(file)) found.push({ code: Number(code), file, script, index });
        else {
          const what = script ? `the script for ${code} is missing` : `the page for ${code} is missing`;
          const expected = script ? `"${code} script FILE"; a file of this name is "./script"` : PAIRS;
          refuseWord(ctx, file === undefined ? at : index, what, { expected });
          index--;
        }
      }
      return found;
    }),
  ),
);

export const errorRows = {
  error: row({
    name: 'error',
    contexts: ['server', 'location'],
    usage: '[CODE FILE | CODE script FILE | -CODE]...',
    max: Number.POSITIVE_INFINITY,
    repeat: 'many',
    value: errors,
    expects: PAIRS,
    help: 'What answers an error from 400 to 599: the page FILE, which is sent as it is, or with script the output of FILE. A location adds its codes to those of its server; for the same code its own counts. error -CODE; takes the one of the server away: a code without any gets a built-in page. A script runs by itself, or by a "cgi" or "fastcgi" for its extension: of the location, otherwise of the first location that has one. It gets REDIRECT_STATUS, REDIRECT_URL, REDIRECT_QUERY_STRING and REDIRECT_REQUEST_METHOD, no body, and GET (or HEAD) as its method. Its answer has the status of the error, unless it writes a Status of its own, and keeps fields such as Allow and Retry-After. If it fails, or what fails has no readable head, the built-in page answers. A script\'s own errors are its own: nothing replaces them. FILE is a file and no URL: everybody who gets the error gets the page, wherever it lies, also a client that auth_basic or deny keeps out. What a script turns to by a local redirect is a URL, and goes by the allow, deny and auth_basic of its location.',
    alias: ['error_page', 'errorpage', 'error_document', 'errordocument'],
  }),
};
