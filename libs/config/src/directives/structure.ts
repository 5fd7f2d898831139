// The directives that hold others, name the process, or name a server.

import * as z from 'zod/mini';
import type { Hints } from '../diagnostics/diagnostic.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { LONGEST_PATH, type LocationPath, pathOf } from '../model/location-path.ts';
import type { Listen } from '../model/types.ts';
import { row } from './row.ts';
import { parseListen } from './values/address.ts';
import type { Value } from './values/value.ts';
import { choice, lazy, one, refuseWord, text } from './values/values.ts';

const nothing: Value<null> = lazy(() =>
  z.pipe(
    z.tuple([]),
    z.transform(() => null),
  ),
);

const account: Value<string> = lazy(() => one(z.string().check(z.regex(/^[a-z_][a-z0-9_.-]{0,30}\$?$/i))));

/** What follows an address in nginx, and what does the same here. */
const OPTIONS_OF_NGINX: readonly (readonly [word: RegExp, instead: string])[] = [
  [
    /^http2$/i,
    'nothing: each tls address offers HTTP/2 unless the server says "http2 off;" (without TLS it is h2c)',
  ],
  [/^(quic|http3)$/i, 'HTTP/2 and HTTP/1.1: there is no HTTP/3'],
  [/^default(_server)?$/i, 'nothing: the first server of an address is its default'],
  [
    /^(backlog|rcvbuf|sndbuf|fastopen|so_keepalive)=|^(reuseport|deferred|bind)$/i,
    'nothing: the server chooses',
  ],
  [/^ipv6only=/i, 'nothing: [::] accepts IPv6 alone, and a second "listen" adds IPv4'],
];

const PROXY_PROTOCOL = 'proxy_protocol';

const listen: Value<Listen> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform(([word = '', ...words]: string[], ctx: z.core.ParsePayload): Listen => {
      const proxyProtocol = words.includes(PROXY_PROTOCOL);
      const protocol = words.find((each) => each === 'tls' || each === 'h2c');
      const address = parseListen(word, protocol === 'tls');
      let [canSpeak, canBegin] = [true, true];
      words.forEach((each, index) => {
        if (canSpeak && each === protocol) canSpeak = false;
        else if (canBegin && each === PROXY_PROTOCOL) canBegin = false;
        else refuseOption(each, index, canSpeak, canBegin, ctx);
      });
      if (typeof address !== 'string') return { ...address, h2c: protocol === 'h2c', proxyProtocol };
      refuseWord(ctx, 0, address);
      return z.NEVER;
    }),
  ),
);

/** Refuses a word behind the address. @param canSpeak tls or h2c may still come @param canBegin proxy_protocol may */
function refuseOption(
  word: string,
  index: number,
  canSpeak: boolean,
  canBegin: boolean,
  ctx: z.core.ParsePayload,
): void {
  const possible = [...(canSpeak ? ['tls', 'h2c'] : []), ...(canBegin ? [PROXY_PROTOCOL] : [])];
  const suggestion = canSpeak && /^(ssl|https|tls)$/i.test(word) ? 'tls' : suggest(word, possible);
  const instead = OPTIONS_OF_NGINX.find(([name]) => name.test(word))?.[1];
  const expected = possible.length === 0 ? '";"' : `${possible.join(', ')}, or ";"`;
  refuseWord(ctx, index + 1, `"${word}" is not possible here`, {
    expected: instead ?? expected,
    suggestion: instead === undefined ? suggestion : null,
  });
}

const SERVER_NAME = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;

const serverNames = lazy(() => z.array(z.string().check(z.maxLength(253), z.regex(SERVER_NAME))));

/** How a location begins in other servers, what the message says, and what to write instead. */
const FOREIGN_PREFIXES: readonly (readonly [word: RegExp, message: string, expected: string])[] = [
  [
    /^!?~|^\^(?!~$)/,
    'there are no regular expressions: a path is a prefix, an exact path or a pattern with *',
    'a prefix such as /images, or a pattern such as *.png or /images/*.png',
  ],
  [
    /^\^~$/,
    'a prefix has no modifier: a pattern always comes before it',
    'the path alone: the longest prefix wins',
  ],
  [/^@/, 'there are no named locations', 'a prefix of the path, such as /images'],
];

/** Returns what is wrong with the segments of a path, or null. */
function badSegments(segments: readonly string[]): string | null {
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    return 'no request has such a path: empty and dot segments are resolved first';
  if (segments.some((segment) => segment.indexOf('*') !== segment.lastIndexOf('*')))
    return 'a segment has at most one *';
  return null;
}

/** Refuses one of the words of a path. */
type Refuse = (index: number, message: string, hints?: Hints) => void;

/**
 * Reads `PREFIX`, `= PATH`, or a pattern. In code the two words of an exact path may be one.
 * @param noun what the path is, for messages
 */
export function readPath(words: readonly string[], noun: string, refuse: Refuse): LocationPath {
  const joined = words.length === 1 ? /^= ?(\/.*)$/.exec(words[0] ?? '') : null;
  const exact = joined !== null || words[0] === '=';
  const at = words.length - 1;
  const text = joined?.[1] ?? words[at] ?? '';
  const stop = (index: number, message: string, hints: Hints = {}): LocationPath => {
    refuse(index, message, hints);
    return pathOf('prefix', '/');
  };
  const foreign = FOREIGN_PREFIXES.find(([pattern]) => pattern.test(words[0] ?? ''));
  if (foreign !== undefined) return stop(0, foreign[1], { expected: foreign[2] });
  if (exact && text === '=') return stop(0, 'the path is missing', { expected: '= and a path from "/"' });
  if (at === 1 && !exact) return stop(1, `a ${noun} is one path`, { expected: '"{"' });
  if (/[?#]/.test(text)) return stop(at, `a ${noun} is a path, without a query or a fragment`);
  if (text.length > LONGEST_PATH) return stop(at, `a ${noun} has at most ${LONGEST_PATH} characters`);
  const pattern = !exact && text.includes('*');
  if (!text.startsWith('/') && !(pattern && !text.includes('/')))
    return stop(at, `a ${exact ? 'path' : 'prefix'} starts with "/"`, { suggestion: `/${text}` });
  const bare = !exact && text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text;
  const whole = exact && text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : bare;
  const bad = whole === '/' ? null : badSegments(whole.replace(/^\//, '').split('/'));
  if (bad !== null) return stop(at, bad);
  return pathOf(exact ? 'exact' : pattern ? 'pattern' : 'prefix', exact ? text : bare);
}

const locationPath: Value<LocationPath> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload) =>
      readPath(words, 'location', (index, message, hints) => refuseWord(ctx, index, message, hints)),
    ),
  ),
);

export interface TypeEntry {
  readonly type: string;
  readonly extensions: readonly string[];
}

/** The name of an entry is the first word of its value: `text/html html htm;`. */
const typeEntry: Value<TypeEntry> = lazy(() =>
  z.pipe(
    z.tuple([z.string()], z.string()),
    z.transform((words: [string, ...string[]], ctx: z.core.ParsePayload): TypeEntry => {
      const [type, ...extensions] = words;
      extensions.forEach((extension, index) => {
        if (/^[a-z0-9][a-z0-9_+.-]*$/i.test(extension)) return;
        const bare = extension.replace(/^\*?\.+/, '');
        const suggestion = bare === extension ? null : bare;
        const expected = 'letters and digits, without the dot';
        refuseWord(ctx, index + 1, 'this is not an extension', { expected, suggestion });
      });
      return { type, extensions: extensions.map((extension) => extension.toLowerCase()) };
    }),
  ),
);

export const structureRows = {
  use: row({
    name: 'use',
    contexts: ['main'],
    usage: 'DRIVER',
    value: choice('auto', 'io_uring', 'epoll', 'kqueue', 'poll', 'select'),
    expects: 'auto, io_uring, epoll, kqueue, poll or select',
    default: 'auto',
    help: 'The multiplexer that the event loop uses. auto takes the best one that works here. The environment variable WEBSERV_USE takes the place of this.',
  }),
  user: row({
    name: 'user',
    contexts: ['main'],
    usage: 'NAME',
    value: account,
    expects: 'the name of an account',
    help: 'The account that the process becomes after it has bound its sockets, if it starts as root.',
  }),
  pid: row({
    name: 'pid',
    contexts: ['main'],
    usage: 'FILE',
    value: text,
    expects: 'a file, or a new one in a folder that can be written',
    help: 'Holds the number of the process while the server runs, so that "webserv reload" and "webserv upgrade" find it; without a pid file they ask at the admin address. The server keeps the file locked. FILE.reload beside it says how the last of them went. Both are made before the server becomes its user.',
    alias: ['pid_file', 'pidfile'],
  }),
  include: row({
    name: 'include',
    contexts: ['main', 'server', 'location'],
    usage: 'FILE',
    repeat: 'many',
    inherits: false,
    value: text,
    expects: 'a file, or a pattern with * ? [ ]',
    help: 'Reads another file as if its text stood here. A pattern reads every file that matches it, in the order of their names.',
    alias: ['import'],
  }),
  server: row({
    name: 'server',
    contexts: ['main'],
    usage: '{ ... }',
    min: 0,
    max: 0,
    repeat: 'many',
    inherits: false,
    block: 'server',
    value: nothing,
    expects: 'nothing before the "{"',
    help: 'One virtual server. The first server on an address is the default there.',
    alias: ['vhost', 'virtualhost'],
  }),
  listen: row({
    name: 'listen',
    contexts: ['server'],
    usage: '[ADDRESS:]PORT [tls|h2c] [proxy_protocol]',
    // Further words get a hint each.
    max: Number.POSITIVE_INFINITY,
    repeat: 'many',
    each: true,
    inherits: false,
    value: listen,
    expects:
      '80, 127.0.0.1:80, [::1]:80, *:80 or unix:/path; then tls for HTTPS, or h2c for HTTP/2 alone; then proxy_protocol behind a proxy that names its clients so',
    default: '80',
    help: 'An address to accept connections on. With tls its clients speak HTTPS, and the server needs a certificate. An address without a port has port 80, or 443 with tls. With h2c they speak HTTP/2 without TLS from the first byte on (RFC 9113, section 3.3), and no HTTP/1.1: that is for proxies and programs, because no browser does it. With proxy_protocol every connection must begin with a header of the PROXY protocol (version 1 or 2), which names the client, before TLS: a connection without one is closed, and a line in the error log says so. Logs, allow and deny, rate_limit, limits and REMOTE_ADDR then go by that address. Let only the proxy reach such an address, because whoever reaches it can claim any. With port 0 the system chooses the port. [::] accepts IPv6 only: add a second listen for IPv4. The server makes the file of a unix socket with mode 0666. It replaces a file on which nobody answers. It removes its own file when it stops, if it may still write the folder.',
    alias: ['port', 'bind'],
  }),
  server_name: row({
    name: 'server_name',
    contexts: ['server'],
    usage: 'NAME...',
    max: Number.POSITIVE_INFINITY,
    repeat: 'many',
    inherits: false,
    value: serverNames,
    expects: 'letters, digits, "_", "-" and "." with at most a leading "*."',
    help: 'The hosts that this server answers for. *.example.org stands for every host below example.org.',
    alias: ['host', 'hostname', 'server_alias'],
  }),
  location: row({
    name: 'location',
    contexts: ['server'],
    usage: '[=] PATH { ... }',
    max: 2,
    repeat: 'many',
    inherits: false,
    block: 'location',
    value: locationPath,
    expects: 'a prefix such as /images, = and a path, or a pattern such as *.png',
    help: 'Settings for a path and everything below it. A prefix matches whole segments, and the longest prefix that matches wins. = PATH is for that path alone, and comes first. A pattern comes before prefixes: in it * stands for one character or more of one segment, and it is for whole paths, such as /img/*.png, or for the last name at any depth, such as *.php. Of several patterns the one with more text before its * wins. The root stands for the prefix; of an exact path or a pattern, for what precedes the last / before the last name or the *. There are no regular expressions, no if and no map. Each server needs a location for /.',
    alias: ['route', 'path'],
  }),
  types: row({
    name: 'types',
    contexts: ['main', 'server', 'location'],
    usage: '{ TYPE EXTENSION...; ... }',
    min: 0,
    max: 0,
    repeat: 'many',
    inherits: false,
    block: 'types',
    value: nothing,
    expects: 'nothing before the "{"',
    help: 'MIME types by extension. They win over the built-in table and over the types of the enclosing block. A type with parameters needs quotes: "text/html; charset=iso-8859-1".',
  }),
};

/** The shape of every line inside `types { }`. It is not a directive. */
export const typeEntryRow = row({
  name: 'TYPE',
  contexts: ['types'],
  usage: 'EXTENSION...',
  max: Number.POSITIVE_INFINITY,
  repeat: 'many',
  inherits: false,
  value: typeEntry,
  expects: 'a MIME type and its extensions, such as: text/html html htm;',
  help: 'One MIME type and its extensions.',
});

/** RFC 9110, section 8.3.1: type "/" subtype. Both are tokens. */
export const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/;

/** The same with parameters, whose values may be quoted (section 5.6.6): `text/html; charset=iso-8859-1`. */
export const CONTENT_TYPE =
  /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?: ?; ?[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"(?:[ !#-[\]-~]|\\[ -~])*"))*$/;
