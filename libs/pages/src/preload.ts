import type { Location, Server } from '@webserv/config';
import { addFields, dispatch, Exchange, FileFacts, type Files, type Services } from '@webserv/methods';
import { DEFAULT_LIMITS, fillHead, RequestHead } from '@webserv/request';
import { type FileBody, Reply, sameStamp } from '@webserv/response';
import { ContentTag, TAG_ROOM } from './content-tag.ts';
import { originOf, USUAL } from './page.ts';
import { PageDraft } from './page-draft.ts';
import type { Pages } from './pages.ts';

/** The site that the pages are read for. */
interface Site {
  readonly server: Server;
  readonly pages: Pages;
  locate(path: string): Location;
}

/** The time in milliseconds since the epoch, and as an HTTP-date. */
interface Clock {
  now(): number;
  text(): string;
}

/** The default files that are read before the first request, at most. Others are read when they are asked for. */
const PRELOADED = 64;
/** Folders in which one is looked for, at most. */
const LOOKED_FOR = 4 * PRELOADED;

/** What a start may still do. */
interface Left {
  files: number;
  looks: number;
}

/**
 * Reads default files of sites into their caches, those of one site a step, until there are 64, or 256 folders were looked
 * at. A start of 5,000 sites must not wait for all, and a site that is not looked at makes its cache for its first request.
 * A cache that is in use already has what its clients ask for.
 */
export function* preloading(sites: readonly Site[], services: Services, clock: Clock): Generator<void, void> {
  const left: Left = { files: PRELOADED, looks: LOOKED_FOR };
  for (const site of sites) {
    if (left.files <= 0 || left.looks <= 0) return;
    if (site.pages.opened !== null) continue;
    preloadPages(site, services, clock, left);
    yield;
  }
}

/**
 * Reads the default files of a site into its cache before the first request, as pinned entries. Clients request them
 * most. Each file goes through the method stage as a request for it would, so every rule applies. A file that is too
 * large, or does not exist, is left to its first request.
 */
function preloadPages(site: Site, services: Services, clock: Clock, left: Left): void {
  // Where rules change paths, the first request for each path finds its page.
  if (site.server.rewrites.length > 0) return;
  for (const { path, prefix, defaultFiles, redirection, rewrites } of site.server.locations) {
    if (left.files === 0 || left.looks === 0) return;
    if (defaultFiles.length === 0 || path.kind !== 'prefix' || redirection !== null || rewrites.length > 0)
      continue;
    left.looks--;
    if (preloadPage(prefix === '/' ? '/' : `${prefix}/`, site, services, clock)) left.files--;
  }
}

function preloadPage(target: string, site: Site, services: Services, clock: Clock): boolean {
  const head = new RequestHead();
  const values = { method: 'GET', target: encodeURI(target), authority: 'localhost' };
  if (fillHead(head, values, DEFAULT_LIMITS) !== null) return false;
  const nowMs = clock.now();
  const ticket = site.pages.cache.begin();
  const location = site.locate(head.path);
  const exchange = new Exchange(services, head, site.server, location, nowMs);
  const reply = dispatch(exchange);
  // The default of this location is a script, which gives no page to keep.
  if (!(reply instanceof Reply)) {
    reply.abort();
    return false;
  }
  const { body, representation } = reply;
  if (body.kind !== 'file' || representation === null || body.length > site.server.cacheEntry) {
    reply.release();
    return false;
  }
  addFields(reply, location);
  if (representation.tagPending) reply.headers.set('ETag', TAG_ROOM);
  const draft = PageDraft.of(reply, body.length, { ...USUAL, date: clock.text() });
  const whole =
    draft !== null && readInto(draft, services.files, body.fd) && isAsBefore(body, services.files);
  reply.release();
  if (draft === null || !whole) return false;
  reply.body = { kind: 'unsent', length: body.length };
  reply.representation = null;
  if (representation.tagPending) draft.name(ContentTag.of(draft.memory.bytes, draft.headSize, draft.size));
  return site.pages.keep(draft.page(location), originOf(exchange, representation), ticket, true);
}

/** Returns true if the file is still what its length and validators were taken from. */
function isAsBefore({ fd, stamp }: FileBody, files: Files): boolean {
  const now = new FileFacts();
  return stamp !== undefined && files.inspect(fd, now) >= 0 && sameStamp(stamp, now);
}

function readInto(draft: PageDraft, files: Files, fd: number): boolean {
  const { bytes } = draft.memory;
  for (let at = draft.headSize; at < draft.size; ) {
    const n = files.read(fd, bytes, at, draft.size - at, at - draft.headSize);
    if (n <= 0) return false;
    at += n;
  }
  return true;
}
