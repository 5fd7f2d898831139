// The directives that say how folders are listed.

import * as z from 'zod/mini';
import { suggest } from '../diagnostics/suggest.ts';
import type { ArchiveKind } from '../model/listing-settings.ts';
import { row } from './row.ts';
import type { Value } from './values/value.ts';
import { choice, flag, lazy, one, refuseWord } from './values/values.ts';

const archive: Value<readonly ArchiveKind[]> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): readonly ArchiveKind[] => {
      if (words.length === 1 && words[0] === 'off') return [];
      const kinds: ArchiveKind[] = [];
      words.forEach((word, index) => {
        if ((word !== 'zip' && word !== 'tar') || kinds.includes(word))
          refuseWord(ctx, index, `"${word}" is not possible here`, {
            suggestion: words.length === 1 && word === 'on' ? 'zip' : suggest(word, ['zip', 'tar']),
          });
        else kinds.push(word);
      });
      return kinds;
    }),
  ),
);

/** '' is off. */
const theme: Value<string> = lazy(() =>
  one(
    z.pipe(
      z.string().check(z.minLength(1)),
      z.transform((word: string) => (word === 'off' ? '' : word)),
    ),
  ),
);

export const listingRows = {
  auto_index: row({
    name: 'auto_index',
    contexts: ['server', 'location'],
    usage: 'on|off|missing',
    value: choice('on', 'off', 'missing'),
    expects: 'on, off or missing',
    default: 'off',
    help: 'Lists folders. on acts in a location that has no default_file of its own; such a location does not inherit the default_file of its server. missing lists a folder in which no default file exists.',
  }),
  auto_index_readme: row({
    name: 'auto_index_readme',
    contexts: ['server', 'location'],
    usage: 'on|off',
    value: flag,
    expects: 'on or off',
    default: 'on',
    help: 'Shows README.md, README.txt or README of a folder under its list, if a GET would send it and it has at most 128 KiB. Markdown becomes a page: HTML within it is shown as text, and pictures of other hosts become links. One that a client has stored is shown only with upload_inert off.',
    alias: ['readmename', 'autoindex_readme', 'fancyindex_footer'],
  }),
  auto_index_theme: row({
    name: 'auto_index_theme',
    contexts: ['server', 'location'],
    usage: 'FILE|off',
    value: theme,
    expects: 'a file of CSS, or off',
    default: 'off',
    help: 'A style sheet for listings, of at most 64 KiB. It stands within the page, behind the style of its own, whose colours are variables: --bg, --fg, --dim, --mark, --line and --row. The server reads it again when it changes. Pictures of this server may be named by url(); nothing else is fetched.',
    alias: ['fancyindex_css_href', 'autoindex_theme', 'autoindex_css', 'indexstylesheet'],
  }),
  archive: row({
    name: 'archive',
    contexts: ['server', 'location'],
    usage: 'zip|tar... | off',
    max: 2,
    value: archive,
    expects: 'zip, tar, both, or off',
    default: 'off',
    help: 'Gives a folder that is listed as one file: ?archive=zip or ?archive=tar behind its path, to which the listing links. It holds what listings of this location show, at any depth: nothing hidden, nothing of other locations, no script, no folder with a default file. It is packed while it is sent, uncompressed, whatever its size. max_listings counts it.',
    alias: ['autoindex_archive', 'fancyindex_archive', 'zip'],
  }),
};
