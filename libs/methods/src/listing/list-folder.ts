import { copyOfText, FieldId } from '@webserv/request';
import { type FileStamp, NO_VALIDATORS, type Reply, stream } from '@webserv/response';
import { prefersJson } from '../accept.ts';
import { packFolder } from '../archive/pack-folder.ts';
import { conditioned } from '../conditions.ts';
import type { Exchange } from '../exchange.ts';
import { failedCall, failure } from '../failure.ts';
import type { Outcome } from '../intake.ts';
import type { FolderPlace } from './folder-scan.ts';
import { HtmlView, type LoadReadme } from './html-view.ts';
import { JsonView } from './json-view.ts';
import { ListingBody } from './listing-body.ts';
import type { ListingHost } from './listing-host.ts';
import { ListingIntake } from './listing-intake.ts';
import { type ListingQuery, parseListingQuery } from './listing-query.ts';
import { showReadme } from './readme/show-readme.ts';
import type { Theme } from './theme.ts';

/**
 * Answers GET and HEAD with the listing of a folder.
 * @param folder its path on the disk
 * @param stamp its stamp now
 */
export function listFolder(exchange: Exchange, folder: string, stamp: FileStamp): Outcome {
  const { head, location, services } = exchange;
  const { root, dotfiles } = location;
  const place: FolderPlace = { root, path: folder, beneath: !location.symlinks, dotfiles };
  const query = parseListingQuery(head.query);
  const kind = location.listing.archive.find((each) => each === query.archive);
  if (kind !== undefined) return packFolder(exchange, folder, kind);
  const json =
    query.format === null ? prefersJson(head.headers.known(FieldId.ACCEPT)) : query.format === 'json';
  // The path is copied, because it may be a slice of the whole head's text, which the listing would keep alive.
  const path = copyOfText(head.path);
  const theme = services.listings.themes.of(services.files, location.listing.theme);
  const view = json ? new JsonView(path) : pageOf(exchange, folder, path, query, theme);
  const body = new ListingBody();
  const reply = stream(200, view.contentType, body);
  reply.headers.set('Vary', 'Accept');
  if (!json) reply.headers.set('Content-Security-Policy', theme.policy);
  // A search engine needs a folder once, and not in each order.
  if (head.query !== '') reply.headers.set('X-Robots-Tag', 'noindex');
  // A listing has no validator: its entries can change and the folder's own time stays the same.
  const answer = conditioned(exchange, reply, NO_VALIDATORS);
  if (answer !== reply) return answer;
  if (head.method === 'HEAD') return readable(exchange, place, reply);
  // The policy of the page names its style, so a listing with another one is another listing.
  const viewKey = `${json ? 'json' : `html ${theme.policy}`} ${location.id} ${path}`;
  const entered = services.listings.enter(hostOf(exchange), { place, stamp, query, view, viewKey }, body);
  if (typeof entered !== 'string') return new ListingIntake(exchange, reply, body, entered);
  reply.release();
  return failure(exchange, 503, entered);
}

function pageOf(
  { server, location, services, nowMs }: Exchange,
  folder: string,
  path: string,
  query: ListingQuery,
  { css }: Theme,
): HtmlView {
  const { archive, readme } = location.listing;
  // Without the exchange: its owner uses it again while others read this listing.
  const load: LoadReadme = (name, done) =>
    showReadme({ server, location, services }, { path: folder, url: path }, name, nowMs, done);
  return new HtmlView(path, query, { archives: archive, theme: css, load: readme ? load : null });
}

function hostOf({ server, services, nowMs }: Exchange): ListingHost {
  const later = services.later.bind(services);
  return { server, files: services.files, memory: services.memoryOf(server), later, nowMs };
}

/** Answers HEAD if GET would get a listing. It reads no entries. */
function readable(exchange: Exchange, { root, path, beneath }: FolderPlace, reply: Reply): Reply {
  const reader = exchange.services.files.readFolder(root, path, beneath);
  if (typeof reader === 'number') return failedCall(exchange, reader, 'opendir');
  reader.close();
  return reply;
}
