import { FieldId } from '@webserv/request';
import {
  applyRange,
  type Cause,
  type ContentCoding,
  formatLastModified,
  type Offer,
  Reply,
  type Representation,
  type StampedFile,
  withoutContent,
} from '@webserv/response';
import { conditioned, validatorsOf } from '../conditions.ts';
import { ERRNO } from '../disk/errno.ts';
import type { Exchange } from '../exchange.ts';
import { failedCall, failure } from '../failure.ts';
import { enteringPath, isElsewhere } from '../guard/entering.ts';
import type { Outcome } from '../intake.ts';
import { listFolder } from '../listing/list-folder.ts';
import { redirectToFolder } from '../redirect.ts';
import { defaultFileOf, defaultNameOf, isFolderPath, isHidden, resolvePath } from '../resolve-path.ts';
import { realPathOf, scriptOf } from '../scripts/open-script.ts';
import { makeInert } from '../upload/inert.ts';
import { OpenFile } from './open-file.ts';
import { offerOf, openSibling } from './variants.ts';

/**
 * GET and HEAD of a file (RFC 9110, sections 9.3.1 and 9.3.2). The two differ only in the content. If the file is a script,
 * the server runs it.
 */
export function get(exchange: Exchange): Outcome {
  return forMethod(exchange, getFile(exchange));
}

function forMethod(exchange: Exchange, outcome: Outcome): Outcome {
  return outcome instanceof Reply && exchange.head.method === 'HEAD' ? withoutContent(outcome) : outcome;
}

function getFile(exchange: Exchange): Outcome {
  const { head, location } = exchange;
  if (isHidden(location, head.path)) return failure(exchange, 404, 'hidden name');
  const path = resolvePath(location, head.path);
  const file = OpenFile.at(exchange, path, !isFolderPath(head.path) && isWhole(exchange));
  if (!(file instanceof OpenFile)) return failedCall(exchange, file.errno, file.place);
  if (file.facts.kind === 'folder') {
    file.release();
    return getFolder(exchange, file);
  }
  if (isFolderPath(head.path)) {
    // On some systems `open` accepts a slash after the name of a file.
    file.release();
    return failure(exchange, 404, 'slash behind a file');
  }
  return found(exchange, file, head.path);
}

const NOT_THERE = -ERRNO.ENOENT;
const NONE: readonly string[] = [];

/** Without one of these, a GET gets the whole file. */
const PARTLY =
  (1 << FieldId.RANGE) |
  (1 << FieldId.IF_MATCH) |
  (1 << FieldId.IF_NONE_MATCH) |
  (1 << FieldId.IF_MODIFIED_SINCE) |
  (1 << FieldId.IF_UNMODIFIED_SINCE);

/** Whether the answer is likely to be all of the file, sent at once. */
function isWhole({ head, location }: Exchange): boolean {
  return (
    head.method === 'GET' &&
    !head.hasBody &&
    !head.headers.hasAny(PARTLY) &&
    location.precompressed.length === 0
  );
}

function getFolder(exchange: Exchange, folder: OpenFile): Outcome {
  const { head, location } = exchange;
  if (!isFolderPath(head.path)) return redirectToFolder(exchange, 301);
  const missing: string[] = [];
  for (const name of location.defaultFiles) {
    const path = defaultFileOf(location, head.path, name);
    const file = OpenFile.at(exchange, path, isWhole(exchange));
    if (file instanceof OpenFile) {
      exchange.services.trace?.note('path', `default_file ${name}: it answers for the folder`);
      const named = defaultNameOf(head.path, name);
      if (!isElsewhere(exchange, named)) return found(exchange, file, named, missing);
      // It is opened again when the rules of that place have let the client in.
      file.release();
      return enteringPath(exchange, named, () => forMethod(exchange, reopened(exchange, path, named)));
    }
    if (file.errno !== NOT_THERE) return withoutDefaultFile(exchange, file);
    missing.push(path);
  }
  if (location.autoIndex !== 'off') {
    exchange.services.trace?.note('path', `auto_index ${location.autoIndex}: the folder is listed`);
    return listFolder(exchange, folder.path, folder.facts);
  }
  return withoutDefaultFile(exchange, { errno: missing.length === 0 ? 0 : NOT_THERE, place: 'open' });
}

function reopened(exchange: Exchange, path: string, name: string): Outcome {
  const file = OpenFile.at(exchange, path, isWhole(exchange));
  return file instanceof OpenFile ? found(exchange, file, name) : withoutDefaultFile(exchange, file);
}

/** The reply for a folder without its default file: it exists, and clients may not list it. */
function withoutDefaultFile(exchange: Exchange, { errno, place }: Cause): Reply {
  return place === 'open'
    ? failure(exchange, 403, 'open default file', errno)
    : failedCall(exchange, errno, place);
}

/**
 * @param name the request path that names the file
 * @param instead paths of files that would answer in its place, if they existed
 */
function found(exchange: Exchange, file: OpenFile, name: string, instead: readonly string[] = NONE): Outcome {
  const { path, facts } = file;
  if (facts.kind !== 'file') {
    // A FIFO, socket or device has no content to send.
    file.release();
    return failure(exchange, facts.kind === 'folder' ? 403 : 404, 'not a regular file');
  }
  const real = realPathOf(exchange, path, file.fd);
  const script = scriptOf(exchange, path, real, name, facts);
  if (script === null) return content(exchange, file, exchange.services.uploads.mayBeUpload(real), instead);
  file.release();
  return script instanceof Reply ? script : exchange.services.script(exchange, script);
}

/** The file that is sent. */
interface Content {
  readonly file: OpenFile;
  readonly contentType: string;
  /** The coding of its bytes, also if it is not sent in place of another file. */
  readonly encoding: ContentCoding | '';
  /** Whether the file lies where clients can upload. */
  readonly uploaded: boolean;
  readonly offer: Offer | null;
  /** The requested file, if this one is its coded sibling; null if this is the requested file. */
  readonly original: StampedFile | null;
}

/** @param uploaded whether the file lies where clients can upload */
function content(exchange: Exchange, file: OpenFile, uploaded: boolean, instead: readonly string[]): Reply {
  const { location } = exchange;
  const { path, facts } = file;
  const types = exchange.services.typesOf(location);
  const contentType = types.contentType(path);
  const encoding = types.contentCoding(path);
  // The server does not code a coded file again. It also sends the file to clients that do not accept its coding, because
  // it has nothing else to send.
  if (encoding !== '' || (location.precompressed.length === 0 && location.compress.length === 0)) {
    const offer = instead.length === 0 ? null : { codings: [], siblings: [], absent: [], instead };
    return described(exchange, { file, contentType, encoding, uploaded, offer, original: null });
  }
  const offer = offerOf(exchange, file, contentType, uploaded, instead);
  const sibling = offer === null ? null : openSibling(exchange, offer, file);
  if (sibling === null) {
    return described(exchange, { file, contentType, encoding: '', uploaded, offer, original: null });
  }
  file.release();
  const original = { path, stamp: facts };
  return described(exchange, {
    file: sibling.file,
    contentType,
    encoding: sibling.coding,
    uploaded: false,
    offer,
    original,
  });
}

function described(exchange: Exchange, sent: Content): Reply {
  const { file, contentType, encoding, uploaded, offer, original } = sent;
  const { fd, path, facts: stamp, read } = file;
  const whole = new Reply(200, { kind: 'file', fd, offset: 0, length: stamp.size, stamp, read }, file);
  const { headers } = whole;
  headers.append('Content-Type', contentType);
  if (encoding !== '') headers.append('Content-Encoding', encoding);
  // The file itself gets Vary too if another client could get a sibling (RFC 9110, section 12.5.5).
  if (offer !== null && offer.codings.length > 0) headers.append('Vary', 'Accept-Encoding');
  if (uploaded && exchange.location.uploadInert) makeInert(headers);
  const coding = original === null ? '' : encoding;
  const validators = validatorsOf(exchange, stamp, coding);
  if (!Number.isNaN(validators.lastModified)) {
    headers.append('Last-Modified', formatLastModified(validators));
  }
  if (validators.etag !== '') headers.append('ETag', validators.etag);
  headers.append('Accept-Ranges', 'bytes');
  const tagPending = validators.etag === '' && isTagToCome(exchange, stamp.size);
  return answered(exchange, whole, { path, stamp, validators, tagPending, offer, coding, original });
}

/** Whether the cache will keep a file of this size, and make its tag from the content. */
function isTagToCome({ location, server, head }: Exchange, size: number): boolean {
  if (location.etag !== 'content' || head.method !== 'GET') return false;
  return server.cacheSize > 0 && size > 0 && size <= server.cacheEntry;
}

/** Applies the conditions first, then the range (RFC 9110, section 13.2.2). */
function answered(exchange: Exchange, whole: Reply, representation: Representation): Reply {
  const { headers, method } = exchange.head;
  const { validators, tagPending } = representation;
  if (!tagPending) {
    const reply = conditioned(exchange, whole, validators);
    if (reply !== whole) return reply;
  }
  const range = method === 'GET' && !tagPending ? headers.known(FieldId.RANGE) : undefined;
  if (range === undefined) {
    whole.representation = representation;
    return whole;
  }
  return rangeOf(exchange, whole, range, representation);
}

function rangeOf(exchange: Exchange, whole: Reply, range: string, { validators }: Representation): Reply {
  const ifRange = exchange.head.headers.known(FieldId.IF_RANGE);
  const part = applyRange(whole, range, ifRange, validators, exchange.nowMs);
  if (part.status !== 416) return part;
  const refused = failure(exchange, 416, 'range');
  refused.headers.set('Content-Range', part.headers.get('Content-Range') ?? 'bytes */*');
  part.release();
  return refused;
}
