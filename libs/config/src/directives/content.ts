// The directives that say what a location does.

import * as z from 'zod/mini';
import { suggest } from '../diagnostics/suggest.ts';
import type { TagSource } from '../model/types.ts';
import { methods } from './methods.ts';
import { row } from './row.ts';
import type { Value } from './values/value.ts';
import { flag, lazy, one, refuse, refuseWord, text } from './values/values.ts';

const TAG_SOURCES = ['stat', 'content', 'off'] as const;

/** Returns why a name can lead out of the folder that it is relative to, or null if it cannot. */
export function leavesRoot(name: string): { message: string; suggestion: string | null } | null {
  if (name === '') return { message: 'this must not be empty', suggestion: null };
  if (name.startsWith('/')) {
    const suggestion = name.replace(/^\/+/, '') || null;
    return { message: 'this name is relative to the root: it must not begin with "/"', suggestion };
  }
  if (name.split('/').includes('..')) return { message: 'this name leaves the root', suggestion: null };
  return null;
}

const defaultFiles: Value<readonly string[]> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): readonly string[] => {
      words.forEach((word, index) => {
        const bad = leavesRoot(word);
        if (bad !== null)
          refuseWord(ctx, index, bad.message, {
            expected: 'the name of a file, relative to its folder',
            suggestion: bad.suggestion,
          });
        else if (words.indexOf(word) !== index)
          refuseWord(ctx, index, `"${word}" is named twice`, { expected: 'each name once' });
      });
      return words;
    }),
  ),
);

/** RFC 2978, section 2.3. The longest registered name has 45 characters. Null is `off`. */
const charset: Value<string | null> = lazy(() =>
  one(
    z.pipe(
      z.string().check(z.regex(/^[\w!#$%&'+^`{}~.:-]{1,60}$/)),
      z.transform((word: string, ctx: z.core.ParsePayload): string | null => {
        if (/^(on|utf-?_?8)$/i.test(word) && word.toLowerCase() !== 'utf-8')
          return refuse(ctx, `"${word}" is not a charset`, { suggestion: 'utf-8' });
        return word === 'off' ? null : word;
      }),
    ),
  ),
);

/** RFC 9110, section 8.3.1. It may have parameters, in quotes as the word that it is. */
const mediaType: Value<string> = lazy(() =>
  one(
    z.pipe(
      z.string(),
      z.transform((word: string, ctx: z.core.ParsePayload): string => {
        if (/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:; ?[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[ !#-[\]-~]*"))*$/.test(word))
          return word;
        return refuse(ctx, `"${word}" is not a media type`, {
          suggestion: /^(?:html|plain|text)$/i.test(word)
            ? `text/${word === 'html' ? 'html' : 'plain'}`
            : null,
        });
      }),
    ),
  ),
);

const tagSource: Value<TagSource> = lazy(() =>
  one(
    z.pipe(
      z.string(),
      z.transform((word: string, ctx: z.core.ParsePayload): TagSource => {
        if (word === 'stat' || word === 'content' || word === 'off') return word;
        return refuse(ctx, '', { suggestion: word === 'on' ? 'stat' : suggest(word, TAG_SOURCES) });
      }),
    ),
  ),
);

export const contentRows = {
  root: row({
    name: 'root',
    contexts: ['server', 'location'],
    usage: 'FOLDER',
    value: text,
    expects: 'a folder',
    help: 'The folder that files are served from. The server takes the prefix of the location off the path, and looks for the rest in this folder, as nginx does with alias: location /img { root /srv/img; } sends /srv/img/a.png for /img/a.png.',
    alias: ['alias', 'document_root', 'docroot'],
  }),
  default_file: row({
    name: 'default_file',
    contexts: ['server', 'location'],
    usage: 'NAME...',
    max: Number.POSITIVE_INFINITY,
    value: defaultFiles,
    expects: 'names of files, relative to their folder',
    default: 'index.html',
    help: 'The file in a folder that answers a request for the folder. Of several names the first one that exists answers. A script among them runs, if the location runs it.',
    alias: ['index', 'directory_index'],
  }),
  upload_path: row({
    name: 'upload_path',
    contexts: ['server', 'location'],
    usage: 'FOLDER',
    value: text,
    expects: 'a folder that can be written',
    help: 'The folder that the server stores the body of a POST in.',
    alias: ['upload_dir', 'upload_store'],
  }),
  upload_overwrite: row({
    name: 'upload_overwrite',
    contexts: ['server', 'location'],
    usage: 'on|off',
    value: flag,
    expects: 'on or off',
    default: 'off',
    help: 'Replaces a stored file of the same name. With off the upload gets 409. A PUT always replaces, unless its conditions forbid that.',
  }),
  upload_fsync: row({
    name: 'upload_fsync',
    contexts: ['server', 'location'],
    usage: 'on|off',
    value: flag,
    expects: 'on or off',
    default: 'off',
    help: 'Forces an upload to the disk before the server answers it.',
  }),
  upload_inert: row({
    name: 'upload_inert',
    contexts: ['server', 'location'],
    usage: 'on|off',
    value: flag,
    expects: 'on or off',
    default: 'on',
    help: 'Keeps the files of an upload folder, and of a root that PUT stores in, from acting in a browser (nosniff, sandbox), whichever location serves them.',
  }),
  method: row({
    name: 'method',
    contexts: ['server', 'location'],
    usage: 'GET|POST|PUT|DELETE|METHOD|*...',
    max: Number.POSITIVE_INFINITY,
    value: methods,
    expects: 'GET, POST, PUT, DELETE; for scripts any other, or *',
    default: 'GET',
    help: 'The methods that are allowed. Any other known method gets 405. GET also allows HEAD. POST stores a body in upload_path. PUT stores it as the file that GET of the same URL sends: below root, in a folder that exists. The rest of WebDAV (MKCOL, MOVE, LOCK) is left out. A location with cgi may allow its scripts any method (PUT, PROPFIND, ...), or * for all methods except CONNECT and TRACE. Files there can only be read, unless POST and DELETE are named too. PUT stores no file where scripts run.',
    alias: ['methods', 'allow_methods', 'limit_except'],
  }),
  head: row({
    name: 'head',
    contexts: ['server', 'location'],
    usage: 'on|off',
    value: flag,
    expects: 'on or off',
    default: 'on',
    help: 'Allows HEAD where GET is allowed, as every server should (RFC 9110, section 9.1). With off HEAD gets 405, unless method names it for scripts.',
    alias: ['allow_head'],
  }),
  default_type: row({
    name: 'default_type',
    contexts: ['server', 'location'],
    usage: 'TYPE',
    value: mediaType,
    expects: 'a media type, such as text/plain',
    default: 'application/octet-stream',
    help: 'The media type of files whose names have no known extension. Text gets the charset.',
    alias: ['forcetype', 'defaulttype'],
  }),
  charset: row({
    name: 'charset',
    contexts: ['server', 'location'],
    usage: 'NAME|off',
    value: charset,
    expects: 'the name of a charset, such as utf-8 or iso-8859-1, or off',
    default: 'utf-8',
    help: 'The charset that the server states for text files. A type with a parameter of its own keeps that parameter. JSON is stated as utf-8 or not at all. Listings are always utf-8, and scripts state their own charset.',
    alias: ['add_default_charset', 'override_charset', 'source_charset', 'default_charset'],
  }),
  etag: row({
    name: 'etag',
    contexts: ['server', 'location'],
    usage: 'stat|content|off',
    value: tagSource,
    expects: 'stat, content or off',
    default: 'stat',
    help: 'What the entity tag of a file is made from. stat takes its modification time and its size; a file with the time 0 or 1, which image builders write, has no tag. content takes its content, once, when the cache loads the file. With content no answer has Last-Modified, and a file that the cache does not keep has no tag: use it for trees whose modification times are not real.',
    alias: ['etags', 'file_etag', 'static_etags'],
  }),
  symlinks: row({
    name: 'symlinks',
    contexts: ['server', 'location'],
    usage: 'on|off',
    value: flag,
    expects: 'on or off',
    default: 'off',
    help: 'Follows symbolic links that lead out of the root.',
    alias: ['disable_symlinks', 'follow_symlinks'],
  }),
  dotfiles: row({
    name: 'dotfiles',
    contexts: ['server', 'location'],
    usage: 'on|off',
    value: flag,
    expects: 'on or off',
    default: 'off',
    help: 'Serves and lists names that begin with a dot. /.well-known/ at the top of a site is always served (RFC 8615).',
  }),
};
