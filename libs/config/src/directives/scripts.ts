// The directives that say what a location runs.

import * as z from 'zod/mini';
import { ITSELF } from '../model/cgi-rules.ts';
import type { Application, ApplicationAddress, Runner } from '../model/types.ts';
import { leavesRoot } from './content.ts';
import { row } from './row.ts';
import { parseListen } from './values/address.ts';
import type { Value } from './values/value.ts';
import { count, flag, lazy, refuseWord, text } from './values/values.ts';

/** A rule before its paths are resolved. The interpreter is '' if the files run by themselves. */
export type CgiWords =
  | { readonly kind: 'script'; readonly name: string }
  | ({ readonly kind: 'extension'; readonly ext: string } & Runner)
  | { readonly kind: 'all' };

export const EXTENSION = /^\.[\w-]+$/;

/** Returns the extension that a word such as `*.cgi` or `cgi` means, or null if it means none. */
export function asExtension(word: string): string | null {
  return /^\*?\.?[\w-]+$/.test(word) ? `.${word.replace(/^\*?\.?/, '')}` : null;
}

function oneWord(word: string, ctx: z.core.ParsePayload): CgiWords {
  if (word === '*') return { kind: 'all' };
  if (EXTENSION.test(word)) return { kind: 'extension', ext: word, ...ITSELF };
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
      return { kind: 'extension', ext: first, interpreter, application: null };
    }),
  ),
);

/** What `fastcgi` says: an application, and the extensions of the scripts that it answers for; none for all requests. */
export interface FastCgiWords {
  readonly application: Application;
  readonly extensions: readonly string[];
}

function applicationAddress(word: string): ApplicationAddress | string {
  const listen = parseListen(word);
  if (typeof listen === 'string') return listen;
  if (listen.family === 'unix') return { family: 'unix', path: listen.path };
  if (!/:\d+$/.test(word) || listen.port === 0) return 'the port is missing';
  if (listen.host === '0.0.0.0' || listen.host === '::') return 'nobody can be called at this address';
  return { family: listen.family, host: listen.host, port: listen.port };
}

const fastcgi: Value<FastCgiWords> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): FastCgiWords => {
      const addresses: ApplicationAddress[] = [];
      const extensions: string[] = [];
      let named = 0;
      for (const [index, word] of words.entries()) {
        if (EXTENSION.test(word)) {
          extensions.push(word);
          continue;
        }
        named++;
        const address = applicationAddress(word);
        const expected = 'unix:PATH or HOST:PORT with a numeric host, then extensions such as .php';
        if (typeof address === 'string') refuseWord(ctx, index, `${word}: ${address}`, { expected });
        else if (extensions.length > 0) {
          refuseWord(ctx, index, 'the addresses stand in front of the extensions', { expected });
        } else addresses.push(address);
      }
      if (named === 0) refuseWord(ctx, 0, 'no address of an application is given');
      return { application: { text: words.slice(0, addresses.length).join(' '), addresses }, extensions };
    }),
  ),
);

/** A variable to add. With null it is one that scripts do not get. */
export type EnvWords = readonly [name: string, value: string | null];

/** What the server says itself about a request (RFC 3875, section 4.1). Programs rely on it. */
const OWN_VARIABLE = new RegExp(
  `^(?:${[
    'AUTH_TYPE',
    'CONTENT_(?:LENGTH|TYPE)',
    'DOCUMENT_ROOT',
    'GATEWAY_INTERFACE',
    'HTTP_\\w+',
    'HTTPS',
    'PATH_(?:INFO|TRANSLATED)',
    'QUERY_STRING',
    'REDIRECT_\\w+',
    'REMOTE_(?:ADDR|HOST|IDENT|PORT|USER)',
    'REQUEST_(?:ID|METHOD|SCHEME|URI)',
    'SCRIPT_(?:FILENAME|NAME)',
    'SERVER_(?:ADDR|NAME|PORT|PROTOCOL|SOFTWARE)',
    // Programs that call others over TLS read these two.
    'SSL_(?!CERT_(?:DIR|FILE)$)\\w+',
  ].join('|')})$`,
);

/** Linux starts no program with a variable of 128 KiB. A character has up to three bytes here. */
const ENV_VALUE_MAX = 32_768;

const env: Value<EnvWords> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform(([word = '', value]: string[], ctx: z.core.ParsePayload): EnvWords => {
      const away = word.startsWith('-');
      const name = away ? word.slice(1) : word;
      const [, first, rest] = /^([A-Za-z_]\w*)=(.*)$/s.exec(name) ?? [];
      if (first !== undefined)
        refuseWord(ctx, 0, 'a name and its value are two words', { expected: `"env ${first} ${rest};"` });
      else if (!/^[A-Za-z_]\w*$/.test(name))
        refuseWord(ctx, 0, `"${name}" is not the name of a variable`, {
          expected: 'letters, digits and "_"',
        });
      else if (OWN_VARIABLE.test(name))
        refuseWord(ctx, 0, `the server sets ${name} itself, from the request`, { expected: 'another name' });
      else if (away && value !== undefined)
        refuseWord(ctx, 1, 'a variable that is taken away has no value', { expected: `"env ${word};"` });
      else if (!away && value === undefined)
        refuseWord(ctx, 0, `the value of ${word} is missing`, {
          expected: `"env ${word} VALUE;", or "env -${word};" to take it away`,
        });
      else if (value !== undefined && /\0|\p{Surrogate}/u.test(value))
        refuseWord(ctx, 1, 'a value holds text without NUL', { expected: 'a text in UTF-8' });
      else if (value !== undefined && value.length > ENV_VALUE_MAX)
        refuseWord(ctx, 1, 'the value is too long for a program', {
          expected: `at most ${ENV_VALUE_MAX} characters`,
        });
      return [name, value ?? null];
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
    alias: ['cgi_pass', 'cgi_bin', 'cgi_script'],
  }),
  fastcgi: row({
    name: 'fastcgi',
    contexts: ['location'],
    usage: 'ADDRESS... [.EXT...]',
    max: 16,
    repeat: 'many',
    inherits: false,
    value: fastcgi,
    expects: 'unix:PATH or HOST:PORT, and extensions',
    help: 'Hands requests to an application that speaks FastCGI, such as PHP-FPM: those for every file with an extension, which is then never sent, or without an extension all requests of the location. Several addresses take turns.',
    alias: ['fastcgi_pass', 'php_fastcgi', 'scgi_pass'],
  }),
  script: row({
    name: 'script',
    contexts: ['location'],
    usage: 'FILE',
    inherits: false,
    value: text,
    expects: 'the file of a script',
    help: 'Mounts one script at the prefix of its location: the script answers every request there, SCRIPT_NAME is the prefix, and PATH_INFO is the rest of the path. PATH_TRANSLATED is the rest below the root of the location. The file may lie anywhere; it is never sent. It runs by itself, or by a "cgi" or "fastcgi" of the location for its extension.',
    alias: ['script_alias', 'scriptalias', 'wsgi_script_alias', 'cgi_mount'],
  }),
  env: row({
    name: 'env',
    contexts: ['server', 'location'],
    usage: 'NAME VALUE | -NAME',
    max: 2,
    repeat: 'many',
    value: env,
    expects: 'the name of a variable and its value, or - and a name',
    help: 'Adds a variable to the environment of scripts. A location adds its variables to those of its server; one of the same name stands in place of that of the server. env -NAME; takes the variable of the server away. PATH may be set; the variables that the server makes from the request may not.',
    alias: ['setenv', 'fastcgi_param', 'cgi_param', 'uwsgi_param', 'passenv'],
  }),
  runs: row({
    name: 'runs',
    contexts: ['server', 'location'],
    usage: 'NUMBER',
    value: count(0, 1000),
    expects: 'a number from 0 to 1000; 0 keeps none',
    default: '20',
    help: 'How many of the last runs of its scripts each location keeps for the page /runs of the admin address and for "webserv runs": request, arguments, environment without secrets, times, status, bytes, the last lines of stderr, and how the script ended. The error log names the run of a request that failed. All locations together keep at most 4 MiB, within memory_limit. With workers each keeps its own, and the admin address shows those of all. Without "admin" nothing is kept.',
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
