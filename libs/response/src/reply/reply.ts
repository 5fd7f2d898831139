import { utf8 } from '../fields/field.ts';
import { HeaderList } from '../fields/header-list.ts';
import { reasonPhrase } from '../status.ts';
import { type Body, type BodySource, bodyLength, EMPTY } from './body.ts';
import type { Cause } from './cause.ts';
import { errorPage, escapeHtml } from './error-page.ts';
import type { Representation } from './representation.ts';

/** The holder of a body's source: an open file, a pinned cache slab, a child process. */
export interface BodyOwner {
  /** The body is no longer needed. `Reply.release` calls this exactly once. */
  release(): void;
}

/** Makes the answer that is sent in place of a reply, in its own time. */
export interface Successor {
  /**
   * Begins to make it.
   * @param reply the one that it is to replace. Its fields are complete. The successor owns it from here on
   * @param done called once, perhaps from within, with the answer: the reply itself if none could be made
   */
  begin(reply: Reply, done: (answer: Reply) => void): void;
  /** Nobody waits for the answer any more: lets go of everything. */
  abandon(): void;
}

/**
 * An answer before it is encoded. Its sender calls `release()` when nothing of the body is in flight any more, however
 * the exchange ended: sent whole, cut, or never sent (HEAD, 304, an encoding error). That one call closes files, unpins
 * memory and cancels streams. No other code does.
 */
export class Reply {
  status: number;
  /** Replaces the registered phrase; `''` keeps it. */
  reason = '';
  readonly headers: HeaderList = new HeaderList();
  body: Body;
  /** True if the connection closes after this reply, whatever the request allowed. */
  closes = false;
  /** The file that is the content, for a cache that may keep it; null for any other content. */
  representation: Representation | null = null;
  /** For the log; null for a reply that is no error, or for an error that a script has made. */
  cause: Cause | null = null;
  /** Makes another answer, which is sent in its place; null if it is sent itself. */
  successor: Successor | null = null;
  owner: BodyOwner | null;

  constructor(status: number, body: Body = EMPTY, owner: BodyOwner | null = null) {
    this.status = status;
    this.body = body;
    this.owner = owner;
  }

  /** Frees what the body holds. Calling it again does nothing. */
  release(): void {
    const { body, owner } = this;
    this.body = EMPTY;
    this.owner = null;
    if (body.kind === 'stream') body.source.cancel();
    if (owner !== null) owner.release();
  }
}

/** Makes a reply without content. */
export function empty(status: number): Reply {
  return new Reply(status);
}

/** Makes a reply of plain text, sent as UTF-8. */
export function text(status: number, content: string): Reply {
  return typed(status, 'text/plain; charset=utf-8', utf8(content));
}

/** Makes a reply of an HTML document, sent as UTF-8. The caller has escaped outside text (see `escapeHtml`). */
export function html(status: number, content: string): Reply {
  return typed(status, 'text/html; charset=utf-8', utf8(content));
}

/** Makes a reply whose body is produced while it is sent. `length` is given if it is known before. */
export function stream(status: number, contentType: string, source: BodySource, length = -1): Reply {
  const reply = new Reply(status, { kind: 'stream', source, length });
  reply.headers.set('Content-Type', contentType);
  return reply;
}

/** Makes a reply with the built-in error page, or without content for a status whose messages have none. */
export function fail(status: number): Reply {
  const page = errorPage(status);
  return typed(status, 'text/html; charset=utf-8', page);
}

/**
 * Makes a redirection to `location`, a URI reference. Characters that no URI has (spaces, controls, quotes, anything
 * beyond ASCII) are percent-encoded as UTF-8. What is already percent-encoded stays as it is. The short HTML body is
 * the note that RFC 9110, section 15.4 asks for.
 */
export function redirect(status: number, location: string): Reply {
  const target = encodeUriReference(location);
  const link = escapeHtml(target);
  const title = `${status} ${reasonPhrase(status)}`;
  const reply = html(
    status,
    `<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>${title}</title>\n<p>${title}: <a href="${link}">${link}</a></p></html>\n`,
  );
  reply.headers.set('Location', target);
  return reply;
}

/**
 * Fields that a 304 repeats from its 200 (RFC 9110, section 15.4.5), and fields that restrict what a browser does with
 * the content. The encoder writes Date.
 */
const REPEATED_BY_304 = [
  'Cache-Control',
  'Content-Location',
  'Content-Security-Policy',
  'ETag',
  'Expires',
  'Vary',
  'X-Content-Type-Options',
] as const;

const NONE: ReadonlySet<string> = new Set();

/**
 * Makes the 304 for a 200 with `fields`. It repeats Last-Modified only if there is no ETag.
 * @param also names of other fields that it repeats, in lower case
 */
export function notModified(fields: HeaderList, also: ReadonlySet<string> = NONE): Reply {
  const reply = new Reply(304);
  if (also.size > 0) repeat(fields, also, reply.headers);
  for (const name of REPEATED_BY_304) {
    const value = fields.get(name);
    if (value !== undefined && !also.has(name.toLowerCase())) reply.headers.append(name, value);
  }
  if (!reply.headers.has('ETag')) {
    const modified = fields.get('Last-Modified');
    if (modified !== undefined) reply.headers.append('Last-Modified', modified);
  }
  return reply;
}

function repeat(fields: HeaderList, names: ReadonlySet<string>, into: HeaderList): void {
  for (let index = 0; index < fields.count; index++) {
    const name = fields.nameAt(index);
    if (names.has(name.toLowerCase())) into.append(name, fields.valueAt(index));
  }
}

/** Takes the content out of a reply, for HEAD. Every field stays, and what the body held is released. */
export function withoutContent(reply: Reply): Reply {
  const length = bodyLength(reply.body);
  reply.release();
  reply.body = { kind: 'unsent', length };
  return reply;
}

function typed(status: number, contentType: string, bytes: Uint8Array): Reply {
  const reply = new Reply(status, bytes.length === 0 ? EMPTY : { kind: 'bytes', bytes });
  if (bytes.length > 0) reply.headers.append('Content-Type', contentType);
  return reply;
}

/** Characters outside the URI grammar of RFC 3986. `%` is not among them, so nothing is encoded twice. */
const NOT_URI = /[^\w\-.~:/?#[\]@!$&'()*+,;=%]+/gu;

/** A byte of a file's name that is not UTF-8, as U+DC00 plus the byte. */
const RAW_BYTE = /[\udc80-\udcff]/gu;

function encodeRawByte(raw: string): string {
  return `%${(raw.charCodeAt(0) - 0xdc00).toString(16).toUpperCase()}`;
}

export function encodeUriReference(reference: string): string {
  // toWellFormed: a lone surrogate has no UTF-8 form, and encodeURIComponent would throw on it.
  return toWellFormed(reference.replace(RAW_BYTE, encodeRawByte)).replace(NOT_URI, encodeURIComponent);
}

function toWellFormed(value: string): string {
  return value.replace(/\p{Surrogate}/gu, '\ufffd');
}
