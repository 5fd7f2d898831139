import type { Location, Server } from '@webserv/config';
import { FieldId } from '@webserv/request';
import {
  acceptedCodings,
  type ContentCoding,
  codingExtension,
  isAmongTypes,
  preferredCoding,
} from '@webserv/response';
import type { Exchange } from './exchange.ts';
import { FileFacts } from './files.ts';
import { mayStandIn } from './scripts/open-script.ts';

/** Of the sibling that is looked at; filled and read within one call. */
const facts = new FileFacts();

/** In which codings a file may be sent besides its own bytes. One for each file, made where its location offers any. */
export class Offer {
  /** The best first: those that lie beside the file, then those that the cache can make. */
  readonly codings: readonly ContentCoding[];
  /** Of these, the ones that lie on the disk. */
  readonly siblings: readonly ContentCoding[];
  /** Paths of the siblings that are not there, or older than the file. */
  readonly absent: readonly string[];

  constructor(
    codings: readonly ContentCoding[],
    siblings: readonly ContentCoding[],
    absent: readonly string[],
  ) {
    this.codings = codings;
    this.siblings = siblings;
    this.absent = absent;
  }
}

/** The coded file that is sent in place of the one asked for. Its descriptor is open. */
export interface Sibling {
  readonly fd: number;
  readonly path: string;
  readonly coding: ContentCoding;
}

/**
 * What can be offered of a file. A sibling that is older than its original is not one: whoever changes a file and
 * forgets its siblings would else go on serving what was.
 *
 * @param uploaded the file lies where clients can upload, and has no siblings: with `page.html.gz` anybody would replace
 *   `page.html` for whoever accepts gzip, `upload_overwrite off` or not
 */
export function offerOf(
  exchange: Exchange,
  path: string,
  original: FileFacts,
  contentType: string,
  uploaded: boolean,
): Offer | null {
  const { location, server, services } = exchange;
  const codings: ContentCoding[] = [];
  const absent: string[] = [];
  for (const coding of uploaded ? [] : location.precompressed) {
    const sibling = path + codingExtension(coding);
    const error = services.files.look(location.root, sibling, !location.symlinks, facts);
    if (error >= 0 && facts.kind === 'file' && facts.mtimeMs >= original.mtimeMs) codings.push(coding);
    else absent.push(sibling);
  }
  const siblings = [...codings];
  if (isWorthCompressing(location, server, original.size, contentType)) {
    for (const coding of location.compress) if (!codings.includes(coding)) codings.push(coding);
  }
  return codings.length === 0 && absent.length === 0 ? null : new Offer(codings, siblings, absent);
}

/** Only what the cache keeps is compressed: for one answer it would cost more than it saves. */
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
 * Opens the sibling that the client likes best, where it likes one best; `chosen` is told of it. A range is one of a
 * file's bytes: where the best is what only the cache can make, a request for a range goes to a sibling or the file.
 */
export function openSibling(
  exchange: Exchange,
  offer: Offer,
  path: string,
  original: FileFacts,
  chosen: FileFacts,
): Sibling | null {
  const { location, services, head } = exchange;
  const ranged = head.headers.hasKnown(FieldId.RANGE);
  const codings = ranged ? offer.siblings : offer.codings;
  const at = preferredCoding(acceptedCodings(head.headers.known(FieldId.ACCEPT_ENCODING)), codings);
  const coding = codings[at];
  if (coding === undefined || !offer.siblings.includes(coding)) return null;
  const sibling = path + codingExtension(coding);
  const fd = services.files.open(location.root, sibling, !location.symlinks);
  if (fd < 0) return null;
  const error = services.files.inspect(fd, chosen);
  const fresh = error >= 0 && chosen.kind === 'file' && chosen.mtimeMs >= original.mtimeMs;
  if (fresh && mayStandIn(exchange, fd, sibling, chosen)) return { fd, path: sibling, coding };
  services.files.close(fd);
  return null;
}
