// The words of `method`.

import * as z from 'zod/mini';
import { suggest } from '../diagnostics/suggest.ts';
import type { Method } from '../model/types.ts';
import type { Value } from './values/value.ts';
import { lazy, refuseWord } from './values/values.ts';

/** The methods of files, in the order in which a set is printed. */
export const FILE_METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE'];

/** Methods are case-sensitive (RFC 9110, section 9.1), so one of these in another case is a mistake. */
const USUAL: readonly Method[] = [...FILE_METHODS, 'HEAD', 'PATCH', 'OPTIONS', 'PROPFIND'];
const REFUSED: readonly Method[] = ['CONNECT', 'TRACE'];
/** RFC 9110, section 5.6.2. `*` is a token too. The server reads no request with a longer method. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,32}$/;

/**
 * Refuses words that are no methods.
 * @param first the word of the directive that `words` begin at
 */
export function refuseMethods(words: readonly string[], first: number, ctx: z.core.ParsePayload): void {
  words.forEach((word, at) => {
    const index = first + at;
    if (words.indexOf(word) !== at)
      refuseWord(ctx, index, `"${word}" is named twice`, { expected: 'each word once' });
    else if (REFUSED.includes(word.toUpperCase()))
      refuseWord(ctx, index, `"${word}" is never allowed`, {
        expected: 'any method except CONNECT and TRACE',
      });
    else if (!TOKEN.test(word) || (USUAL.includes(word.toUpperCase()) && !USUAL.includes(word)))
      refuseWord(ctx, index, `"${word}" is not a method`, {
        expected: 'GET, POST, PUT, DELETE; for scripts any other, or *',
        suggestion: suggest(word, USUAL),
      });
  });
}

export const methods: Value<ReadonlySet<Method>> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): ReadonlySet<Method> => {
      refuseMethods(words, 0, ctx);
      const others = words.filter((word) => !FILE_METHODS.includes(word));
      return new Set([...FILE_METHODS.filter((method) => words.includes(method)), ...others]);
    }),
  ),
);
