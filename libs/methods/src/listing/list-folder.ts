import { FieldId } from '@webserv/request';
import { type Reply, stream } from '@webserv/response';
import { prefersJson } from '../accept.ts';
import { conditioned } from '../conditions.ts';
import type { Exchange } from '../exchange.ts';
import { failedCall } from '../failure.ts';
import { FolderListing } from './folder-listing.ts';
import { HtmlView } from './html-view.ts';
import { JsonView } from './json-view.ts';
import { parseListingQuery } from './listing-query.ts';

/** A listing has no validator: its entries change without a sign of it in the folder's own time. */
const NO_VALIDATORS = { etag: '', lastModified: Number.NaN };

/**
 * The listing of a folder, for GET and HEAD. Nothing is read of it before its first piece is asked for.
 * @param folder its path on the disk
 */
export function listFolder(exchange: Exchange, folder: string): Reply {
  const { head, location, services } = exchange;
  const reader = services.files.readFolder(location.root, folder, !location.symlinks);
  if (typeof reader === 'number') return failedCall(exchange, reader, 'opendir');
  const query = parseListingQuery(head.query);
  const json =
    query.format === null ? prefersJson(head.headers.known(FieldId.ACCEPT)) : query.format === 'json';
  const view = json ? new JsonView(head.path) : new HtmlView(head.path, query);
  const later = (run: () => void): void => services.later(run);
  const listing = new FolderListing(reader, { query, view, dotfiles: location.dotfiles, later });
  const reply = stream(200, view.contentType, listing);
  reply.headers.set('Vary', 'Accept');
  return conditioned(exchange, reply, NO_VALIDATORS);
}
