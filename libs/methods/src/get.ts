import { FieldId } from '@webserv/request';
import {
  applyRange,
  type ContentCoding,
  type FileStamp,
  formatLastModified,
  Reply,
  type Validators,
  withoutContent,
} from '@webserv/response';
import { conditioned } from './conditions.ts';
import type { Exchange } from './exchange.ts';
import { failedCall, failure } from './failure.ts';
import { validatorsOf } from './file-validators.ts';
import { FileFacts, type Files } from './files.ts';
import type { Outcome } from './intake.ts';
import { listFolder } from './listing/list-folder.ts';
import { redirectToFolder } from './redirect.ts';
import { defaultFileOf, defaultNameOf, isFolderPath, isHidden, resolvePath } from './resolve-path.ts';
import { realPathOf, scriptOf } from './scripts/open-script.ts';
import { makeInert } from './upload/inert.ts';
import { offerOf, openSibling } from './variants.ts';

/** Filled and read within one call, so one is enough for all. */
const facts = new FileFacts();
/** About the file that is sent: the one asked for, or a coded one in its place. */
const sent = new FileFacts();

/** Closes the descriptor of a file reply once nothing of it is in flight. */
class OpenFile {
  readonly fd: number;
  private readonly files: Files;
  private readonly size: number;

  constructor(files: Files, fd: number, size: number) {
    this.files = files;
    this.fd = fd;
    this.size = size;
  }

  release(): void {
    this.files.close(this.fd, this.size);
  }
}

/**
 * GET and HEAD of a file (RFC 9110 section 9.3.1 and 9.3.2): the two differ in nothing but the content. Where the file
 * that was found is a script, it is run.
 */
export function get(exchange: Exchange): Outcome {
  const outcome = getFile(exchange);
  return outcome instanceof Reply && exchange.head.method === 'HEAD' ? withoutContent(outcome) : outcome;
}

function getFile(exchange: Exchange): Outcome {
  const { head, location } = exchange;
  if (isHidden(location, head.path)) return failure(exchange, 404, 'hidden name');
  const path = resolvePath(location, head.path);
  const { files } = exchange.services;
  const fd = files.open(location.root, path, !location.symlinks);
  if (fd < 0) return failedCall(exchange, fd, 'open');
  const error = files.inspect(fd, facts);
  if (error < 0) {
    files.close(fd);
    return failedCall(exchange, error, 'fstat');
  }
  if (facts.kind === 'folder') {
    files.close(fd);
    return getFolder(exchange, path);
  }
  if (isFolderPath(head.path)) {
    // `open` does not mind a slash behind a file on every system.
    files.close(fd);
    return failure(exchange, 404, 'slash behind a file');
  }
  return found(exchange, fd, path, head.path);
}

function getFolder(exchange: Exchange, folder: string): Outcome {
  const { head, location } = exchange;
  if (!isFolderPath(head.path)) return redirectToFolder(exchange, 301);
  if (location.autoIndex) return listFolder(exchange, folder, stampOf(facts));
  if (location.defaultFile === null) return failure(exchange, 403, 'no default file');
  const path = defaultFileOf(location, head.path);
  const { files } = exchange.services;
  const fd = files.open(location.root, path, !location.symlinks);
  // A folder without its default file is there, and may not be looked into.
  if (fd < 0) return failure(exchange, 403, 'open default file', fd);
  const error = files.inspect(fd, facts);
  if (error < 0) {
    files.close(fd);
    return failedCall(exchange, error, 'fstat');
  }
  return found(exchange, fd, path, defaultNameOf(location, head.path));
}

/**
 * What is made of an open file; `facts` are about it.
 * @param name the request path that names it
 */
function found(exchange: Exchange, fd: number, path: string, name: string): Outcome {
  const { files } = exchange.services;
  if (facts.kind !== 'file') {
    // A FIFO, socket or device is nothing that has content to give.
    files.close(fd);
    return failure(exchange, facts.kind === 'folder' ? 403 : 404, 'not a regular file');
  }
  const real = realPathOf(exchange, path, fd);
  const script = scriptOf(exchange, path, real, name, facts);
  if (script === null) return content(exchange, fd, path, exchange.services.uploads.mayBeUpload(real));
  files.close(fd);
  return script instanceof Reply ? script : exchange.services.script(exchange, script);
}

/**
 * The reply for the content of an open file; `facts` are about it.
 * @param uploaded whether it lies where clients can upload
 */
function content(exchange: Exchange, fd: number, path: string, uploaded: boolean): Reply {
  const { location } = exchange;
  const types = exchange.services.typesOf(location);
  const contentType = types.contentType(path);
  const coding = types.contentCoding(path);
  copyFacts(sent, facts);
  // What is coded already is not coded again. It is sent to those who do not accept it, too: there is nothing else.
  if (coding !== '' || (location.precompressed.length === 0 && location.compress.length === 0)) {
    return described(exchange, { fd, path, contentType, coding, uploaded });
  }
  exchange.offer = offerOf(exchange, path, facts, contentType, uploaded);
  const { offer } = exchange;
  const sibling = offer === null ? null : openSibling(exchange, offer, path, facts, sent);
  if (sibling === null) {
    copyFacts(sent, facts);
    return described(exchange, { fd, path, contentType, coding: '', uploaded });
  }
  exchange.services.files.close(fd);
  exchange.coding = sibling.coding;
  exchange.original = path;
  exchange.originalStamp = stampOf(facts);
  return described(exchange, { ...sibling, contentType, uploaded: false });
}

function stampOf({ mtimeMs, size, ino }: FileFacts): FileStamp {
  return { mtimeMs, size, ino };
}

function copyFacts(to: FileFacts, from: FileFacts): void {
  to.kind = from.kind;
  to.size = from.size;
  to.mtimeMs = from.mtimeMs;
  to.ino = from.ino;
}

/** The file that is sent. */
interface Content {
  readonly fd: number;
  readonly path: string;
  readonly contentType: string;
  readonly coding: ContentCoding | '';
  /** Whether it lies where clients can upload. */
  readonly uploaded: boolean;
}

/** The reply for the file that is sent; `sent` is about it. */
function described(exchange: Exchange, { fd, path, contentType, coding, uploaded }: Content): Reply {
  const owner = new OpenFile(exchange.services.files, fd, sent.size);
  const stamp = { mtimeMs: sent.mtimeMs, size: sent.size, ino: sent.ino };
  const whole = new Reply(200, { kind: 'file', fd, offset: 0, length: sent.size, stamp }, owner);
  const { headers } = whole;
  headers.append('Content-Type', contentType);
  if (coding !== '') headers.append('Content-Encoding', coding);
  // Of the file itself as well, where it could have been another one (RFC 9110 section 12.5.5).
  if (exchange.offer !== null && exchange.offer.codings.length > 0) headers.append('Vary', 'Accept-Encoding');
  if (uploaded && exchange.location.uploadInert) makeInert(headers);
  const validators = validatorsOf(exchange, sent);
  exchange.validators = validators;
  if (!Number.isNaN(validators.lastModified)) {
    headers.append('Last-Modified', formatLastModified(validators));
  }
  if (validators.etag !== '') headers.append('ETag', validators.etag);
  headers.append('Accept-Ranges', 'bytes');
  exchange.tagPending = isTagPending(exchange);
  return exchange.tagPending ? keepable(exchange, whole, path) : answered(exchange, whole, path, validators);
}

/** Whether the cache is to keep the file that is sent, and to name it by its content. */
function isTagPending({ location, server, validators, head }: Exchange): boolean {
  if (location.etag !== 'content' || validators.etag !== '' || head.method !== 'GET') return false;
  return server.cacheSize > 0 && sent.size > 0 && sent.size <= server.cacheEntry;
}

/** The whole file, which the cache may keep. */
function keepable(exchange: Exchange, whole: Reply, path: string): Reply {
  exchange.path = path;
  exchange.stamp = { mtimeMs: sent.mtimeMs, size: sent.size, ino: sent.ino };
  return whole;
}

/** Conditions first, then ranges (RFC 9110 section 13.2.2). */
function answered(exchange: Exchange, whole: Reply, path: string, validators: Validators): Reply {
  const reply = conditioned(exchange, whole, validators);
  if (reply !== whole) return reply;
  const { headers, method } = exchange.head;
  const range = method === 'GET' ? headers.known(FieldId.RANGE) : undefined;
  if (range === undefined) return keepable(exchange, whole, path);
  const part = applyRange(whole, range, headers.known(FieldId.IF_RANGE), validators, exchange.nowMs);
  if (part.status !== 416) return part;
  const refused = failure(exchange, 416, 'range');
  refused.headers.set('Content-Range', part.headers.get('Content-Range') ?? 'bytes */*');
  part.release();
  return refused;
}
