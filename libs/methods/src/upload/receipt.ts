import type { Location, Server } from '@webserv/config';
import { FieldId } from '@webserv/request';
import { escapeHtml, html, Reply } from '@webserv/response';
import { prefersJson } from '../accept.ts';
import type { Exchange } from '../exchange.ts';
import { encodeSegment, humanSize, PAGE_END, pageBegin, visible, visibleInJson } from '../page-style.ts';
import { isHidden } from '../resolve-path.ts';
import { isShadowed } from '../shadow.ts';
import type { StoredFile } from './stored-file.ts';

/** A field of a form that is not a file. The answer lists it, and the server does not store it. */
export interface FormField {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

interface Stored extends Pick<StoredFile, 'name' | 'size'> {
  /** The URL that serves it, a path from `/`, or null. */
  readonly location: string | null;
}

/**
 * Returns the answer to an upload: 201, Location, and a list of the stored files, as HTML or JSON. A form without a file
 * stores nothing and gets 200.
 *
 * Location names the first file that a GET can get. If no location serves the uploads, there is no URL: the answer has no
 * Location, and the list says null.
 */
export function receipt(
  exchange: Exchange,
  folder: string,
  files: readonly StoredFile[],
  fields: readonly FormField[],
): Reply {
  const stored = files.map(({ name, size }) => ({
    name,
    size,
    location: storedUrl(exchange.server, folder, name),
  }));
  const status = stored.length > 0 ? 201 : 200;
  const json = prefersJson(exchange.head.headers.known(FieldId.ACCEPT));
  const reply = json ? asJson(status, stored, fields) : html(status, page(stored, fields));
  const location = stored[0]?.location ?? null;
  if (location !== null) reply.headers.set('Location', location);
  return reply;
}

function asJson(status: number, stored: readonly Stored[], fields: readonly FormField[]): Reply {
  const shown = stored.map((file) => ({ ...file, name: visibleInJson(file.name) }));
  const list = fields.length > 0 ? { stored: shown, fields } : { stored: shown };
  const reply = new Reply(status, { kind: 'bytes', bytes: Buffer.from(`${JSON.stringify(list)}\n`) });
  reply.headers.set('Content-Type', 'application/json');
  return reply;
}

function page(stored: readonly Stored[], fields: readonly FormField[]): string {
  const title = stored.length === 1 ? 'Stored one file' : `Stored ${stored.length || 'no'} files`;
  const rows = stored.map(row).join('');
  const table = stored.length > 0 ? `<table>\n${HEAD}<tbody>\n${rows}</tbody>\n</table>\n` : '';
  const names = fields.map(({ name }) => escapeHtml(visible(name))).join(', ');
  const rest = fields.length > 0 ? `<p>Not files, and not kept: ${names}</p>\n` : '';
  return `${pageBegin(title)}<h1>${title}</h1>\n${table}${rest}${PAGE_END}`;
}

const HEAD = '<thead><tr><th scope="col">Name</th><th scope="col" class="n">Size</th></tr></thead>\n';

function row({ name, size, location }: Stored): string {
  const text = `<bdi>${escapeHtml(visible(name))}</bdi>`;
  const link = location === null ? text : `<a href="${escapeHtml(location)}">${text}</a>`;
  return `<tr><td>${link}</td><td class="n">${humanSize(size)}</td></tr>\n`;
}

/**
 * Returns the URL that serves a stored file: a path from `/`, percent-encoded; null if no location of the server serves it.
 *
 * A location serves it if its root is the upload folder or lies above it, it allows GET, runs no scripts and shows the
 * name, and no location with a longer prefix takes the URL. Of several locations the most specific one counts: the one with
 * the fewest methods, then one that does not list the folder, then the first in the config.
 */
export function storedUrl(server: Server, folder: string, name: string): string | null {
  let best: Location | null = null;
  let path = '';
  for (const location of server.locations) {
    const candidate = pathIn(location, folder, name);
    if (candidate === null || isHidden(location, candidate) || isShadowed(server, location, candidate))
      continue;
    if (best !== null && !isPlainer(location, best)) continue;
    best = location;
    path = candidate;
  }
  return best === null ? null : path.split('/').map(encodeSegment).join('/');
}

/** Returns the request path that `location` maps to the file, or null. */
function pathIn(location: Location, folder: string, name: string): string | null {
  const { root, prefix, methods, redirection, cgi } = location;
  if (redirection !== null || cgi.length > 0 || !methods.has('GET')) return null;
  if (folder !== root && !folder.startsWith(root === '/' ? root : `${root}/`)) return null;
  const below = root === '/' ? folder : folder.slice(root.length);
  return `${prefix === '/' ? '' : prefix}${below}/${name}`;
}

function isPlainer(a: Location, b: Location): boolean {
  if (a.methods.size !== b.methods.size) return a.methods.size < b.methods.size;
  return a.autoIndex === 'off' && b.autoIndex !== 'off';
}
