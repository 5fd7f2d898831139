// The directives that choose the coding of an answer.

import * as z from 'zod/mini';
import type { Coding } from '../model/types.ts';
import type { Context } from './row.ts';
import { row } from './row.ts';
import { MEDIA_TYPE } from './structure.ts';
import type { Value } from './values/value.ts';
import { lazy, refuseWord, size } from './values/values.ts';

const MIB = 1 << 20;
const BOTH: readonly Context[] = ['server', 'location'];

/** Reads `on`, `off`, or the codings themselves, the preferred one first. */
function codings(all: readonly Coding[]): Value<readonly Coding[]> {
  return lazy(() =>
    z.pipe(
      z.array(z.enum(['on', 'off', ...all])),
      z.transform((words: ('on' | 'off' | Coding)[], ctx: z.core.ParsePayload): readonly Coding[] => {
        words.forEach((word, index) => {
          if ((word === 'on' || word === 'off') && words.length > 1)
            refuseWord(ctx, index, `"${word}" must stand alone`, {
              expected: `on, off, or some of ${all.join(', ')}`,
            });
          else if (words.indexOf(word) !== index)
            refuseWord(ctx, index, `"${word}" is named twice`, { expected: 'each word once' });
        });
        if (words[0] === 'off') return [];
        return words[0] === 'on' ? all : words.filter((word) => word !== 'on' && word !== 'off');
      }),
    ),
  );
}

const mediaTypes: Value<ReadonlySet<string>> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): ReadonlySet<string> => {
      words.forEach((word, index) => {
        if (MEDIA_TYPE.test(word)) return;
        const expected = 'a type such as text/css, or text/* for all of a kind';
        refuseWord(ctx, index, `"${word}" is not a media type`, { expected });
      });
      return new Set(words.map((word) => word.toLowerCase()));
    }),
  ),
);

/** The types that the mime-types library calls compressible and that file servers meet. */
const COMPRESSIBLE =
  'text/* application/javascript application/json application/ld+json application/manifest+json application/xml ' +
  'application/xhtml+xml application/rss+xml application/atom+xml application/wasm image/svg+xml font/ttf font/otf';

export const codingRows = {
  precompressed: row({
    name: 'precompressed',
    contexts: BOTH,
    usage: 'on|off|br|zstd|gzip...',
    max: 3,
    value: codings(['br', 'zstd', 'gzip']),
    expects: 'on, off, or some of br, zstd, gzip',
    default: 'off',
    help: 'Sends page.html.br, .zst or .gz instead of page.html to clients that accept the coding, if the coded file is not older. The first coding that is named is preferred.',
    alias: ['gzip_static', 'brotli_static', 'zstd_static'],
  }),
  compress: row({
    name: 'compress',
    contexts: BOTH,
    usage: 'on|off|br|gzip...',
    max: 2,
    value: codings(['br', 'gzip']),
    expects: 'on, off, or some of br, gzip',
    default: 'off',
    help: 'Compresses the files that the cache keeps, once each, for clients that accept the coding. The first coding that is named is preferred.',
    alias: ['gzip', 'brotli', 'deflate', 'encode'],
  }),
  compress_scripts: row({
    name: 'compress_scripts',
    contexts: BOTH,
    usage: 'on|off|br|gzip...',
    max: 2,
    value: codings(['br', 'gzip']),
    expects: 'on, off, or some of br, gzip',
    default: 'off',
    help: 'Compresses what scripts answer, while they write it, for clients that accept the coding. The first coding that is named is preferred. An answer stays as it is if the script says no-transform or names a coding, and so do event streams. What a script has written reaches the client when the script pauses. A page that shows both a secret and what a client sends should not be compressed: its size tells of the secret.',
    alias: ['fastcgi_gzip', 'gzip_proxied'],
  }),
  compress_types: row({
    name: 'compress_types',
    contexts: BOTH,
    usage: 'TYPE...',
    max: Number.POSITIVE_INFINITY,
    value: mediaTypes,
    expects: 'media types, such as text/css or text/*',
    default: COMPRESSIBLE,
    help: 'The media types that are compressed.',
    alias: ['gzip_types', 'brotli_types'],
  }),
  compress_min: row({
    name: 'compress_min',
    contexts: BOTH,
    usage: 'SIZE',
    value: size(0, MIB * 1024),
    expects: 'bytes, or a number with k, m, g or t, up to 1g',
    default: '1k',
    help: 'The smallest file that is compressed, and the smallest answer of a script if its length is known.',
    alias: ['gzip_min_length', 'brotli_min_length'],
  }),
};
