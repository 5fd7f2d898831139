// The directive that gives URLs of one ending to a program.

import * as z from 'zod/mini';
import type { Method } from '../model/types.ts';
import { refuseMethods } from './methods.ts';
import { row } from './row.ts';
import { asExtension, EXTENSION } from './scripts.ts';
import type { Value } from './values/value.ts';
import { lazy, refuseWord } from './values/values.ts';

/** An action before its path is resolved. The program is null if the URLs are given to none. */
export interface ActionWords {
  readonly ext: string;
  readonly program: string | null;
  /** Empty for those that the location allows. */
  readonly methods: readonly Method[];
}

const action: Value<ActionWords> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): ActionWords => {
      const [ext = '', program = '', ...methods] = words;
      if (!EXTENSION.test(ext)) {
        refuseWord(ctx, 0, `"${ext}" is not an extension`, {
          expected: 'a dot and letters, such as .php',
          suggestion: asExtension(ext),
        });
      }
      if (program === '') refuseWord(ctx, 1, 'the name of the program is empty');
      const off = program === 'off';
      if (off && methods.length > 0)
        refuseWord(ctx, 2, '"off" takes every method', { expected: `"action ${ext} off;"` });
      else refuseMethods(methods, 2, ctx);
      const star = methods.indexOf('*');
      if (star >= 0)
        refuseWord(ctx, 2 + star, 'an action names its methods', {
          expected: 'methods, or none for those that the location allows',
        });
      return { ext, program: off ? null : program, methods };
    }),
  ),
);

export const actionRows = {
  action: row({
    name: 'action',
    contexts: ['server', 'location'],
    usage: '.EXT PROGRAM [METHOD...] | .EXT off',
    min: 2,
    max: Number.POSITIVE_INFINITY,
    repeat: 'many',
    value: action,
    expects: 'an extension, a program or off, and methods',
    help: 'Gives every URL with this ending to one program, whether such a file exists or not. PATH_INFO is the whole path of the URL, PATH_TRANSLATED the file that it would name, and SCRIPT_NAME is empty. The methods are allowed for these URLs, whatever the location allows; without them the methods of the location count. Other methods act on the file, which may be sent. A location adds its actions to those of its server, and one of the same extension takes the place of that of the server; off takes it away.',
    alias: ['addhandler', 'fastcgi_handler'],
  }),
};
