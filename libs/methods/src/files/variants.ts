import type { Location, Server } from '@webserv/config';
import { FieldId } from '@webserv/request';
import {
  acceptedCodings,
  type ContentCoding,
  codingExtension,
  isAmongTypes,
  type Offer,
  preferredCoding,
} from '@webserv/response';
import { FileFacts } from '../disk/files.ts';
import type { Exchange } from '../exchange.ts';
import { mayStandIn } from '../scripts/open-script.ts';
import { OpenFile } from './open-file.ts';

/** The coded file that the server sends in place of the requested one. */
interface Sibling {
  readonly file: OpenFile;
  readonly coding: ContentCoding;
}

/**
 * Returns the codings that the server offers for a file. It does not offer a sibling that is older than its original:
 * otherwise a forgotten sibling keeps serving the old content after only the file was changed.
 *
 * @param uploaded whether the file lies where clients can upload. It has no siblings then: with `page.html.gz` a client
 *   could replace `page.html` for all that accept gzip, even with `upload_overwrite off`
 * @param instead paths of files that come before it, and do not exist
 */
export function offerOf(
  exchange: Exchange,
  { path, facts: original }: OpenFile,
  contentType: string,
  uploaded: boolean,
  instead: readonly string[],
): Offer | null {
  const { location, server, services } = exchange;
  const codings: ContentCoding[] = [];
  const absent: string[] = [];
  const facts = new FileFacts();
  for (const coding of uploaded ? [] : location.precompressed) {
    const sibling = path + codingExtension(coding);
    const error = services.files.look(location.root, sibling, !location.symlinks, facts);
    if (error >= 0 && standsFor(facts, original)) codings.push(coding);
    else absent.push(sibling);
  }
  const siblings = [...codings];
  if (isWorthCompressing(location, server, original.size, contentType)) {
    for (const coding of location.compress) if (!codings.includes(coding)) codings.push(coding);
  }
  return codings.length + absent.length + instead.length === 0
    ? null
    : { codings, siblings, absent, instead };
}

function standsFor(sibling: FileFacts, original: FileFacts): boolean {
  return sibling.kind === 'file' && sibling.mtimeMs >= original.mtimeMs;
}

/** Whether compression pays. Only a file that the cache keeps is compressed: for one answer it costs more than it saves. */
function isWorthCompressing(location: Location, server: Server, size: number, contentType: string): boolean {
  return (
    location.compress.length > 0 &&
    size >= location.compressMin &&
    size > 0 &&
    size <= server.cacheEntry &&
    server.cacheSize > 0 &&
    isAmongTypes(contentType, location.compressTypes)
  );
}

/**
 * Opens the sibling that the client prefers to the file, if it prefers one. A range is a range of a file's bytes. If the
 * client prefers a coding that only the cache can make, a request for a range gets a sibling or the file.
 */
export function openSibling(exchange: Exchange, offer: Offer, original: OpenFile): Sibling | null {
  const { headers } = exchange.head;
  const codings = headers.hasKnown(FieldId.RANGE) ? offer.siblings : offer.codings;
  const at = preferredCoding(acceptedCodings(headers.known(FieldId.ACCEPT_ENCODING)), codings);
  const coding = codings[at];
  if (coding === undefined || !offer.siblings.includes(coding)) return null;
  const file = OpenFile.at(exchange, original.path + codingExtension(coding));
  if (!(file instanceof OpenFile)) return null;
  if (standsFor(file.facts, original.facts) && mayStandIn(exchange, file)) {
    exchange.services.trace?.note(
      'path',
      `precompressed ${coding}: ${file.path} is sent in place of the file`,
    );
    return { file, coding };
  }
  file.release();
  return null;
}
