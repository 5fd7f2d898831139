import type { Scope, Server } from '@webserv/config';
import { type FileStamp, MimeTypes, Reply, sameStamp } from '@webserv/response';
import { FileFacts, type Files } from '../disk/files.ts';
import { isScriptOf } from '../scripts/script-rules.ts';
import { makeInert } from '../upload/inert.ts';
import type { UploadRoots } from '../upload/upload-roots.ts';

/** A page that explains an error has no reason to be larger. */
const PAGE_LIMIT = 1 << 20;
/** The server sends a page for this long without a look at its file. */
const FRESH_MS = 1000;

interface Page {
  /** Null if the file cannot be sent: it is empty, too large, or a script. */
  readonly bytes: Uint8Array | null;
  /** Whether the file lies where clients can upload. */
  readonly uploaded: boolean;
  /** Null if there was no file. */
  readonly stamp: FileStamp | null;
  checkedAt: number;
}

/** The `error` pages of the servers. Each is read when its server starts, and again if its file has changed. */
export class ErrorPages {
  private readonly files: Files;
  private readonly uploads: UploadRoots;
  /** By server and path: a page of one server may be a script of another one. */
  private readonly pages = new WeakMap<Server, Map<string, Page>>();
  private readonly types = new WeakMap<Server, MimeTypes>();

  constructor(files: Files, uploads: UploadRoots) {
    this.files = files;
    this.uploads = uploads;
  }

  /** Reads every page of a server. @returns the paths that could not be read */
  preload(server: Server, nowMs: number): string[] {
    const scopes: readonly Pick<Scope, 'errors'>[] = [server.base, ...server.locations];
    const answers = scopes.flatMap(({ errors }) => [...errors.values()]);
    const paths = new Set(answers.flatMap((answer) => (answer === null || answer.script ? [] : answer.file)));
    return [...paths].filter((path) => this.page(server, path, nowMs).bytes === null);
  }

  /** Returns the page of `errors` for `status`; null if there is none to send: then the built-in page replaces it. */
  reply(server: Server, errors: Scope['errors'], status: number, nowMs: number): Reply | null {
    const answer = errors.get(status) ?? null;
    if (answer === null || answer.script) return null;
    const { file: path } = answer;
    const { bytes, uploaded } = this.page(server, path, nowMs);
    if (bytes === null) return null;
    const reply = new Reply(status, { kind: 'bytes', bytes });
    const types = this.typesOf(server);
    const coding = types.contentCoding(path);
    reply.headers.append('Content-Type', types.contentType(path));
    if (coding !== '') reply.headers.append('Content-Encoding', coding);
    if (uploaded && server.base.uploadInert) makeInert(reply.headers);
    return reply;
  }

  /** Returns the types for error pages. A page is a file of its server, so it gets the server's type and charset. */
  private typesOf(server: Server): MimeTypes {
    let types = this.types.get(server);
    if (types === undefined) {
      types = new MimeTypes(server.types, server.base.defaultType, server.base.charset);
      this.types.set(server, types);
    }
    return types;
  }

  private page(server: Server, path: string, nowMs: number): Page {
    let pages = this.pages.get(server);
    if (pages === undefined) {
      pages = new Map();
      this.pages.set(server, pages);
    }
    const known = pages.get(path);
    if (known !== undefined && Math.abs(nowMs - known.checkedAt) < FRESH_MS) return known;
    const stamp = this.files.stamp(path);
    if (known !== undefined && isSame(known.stamp, stamp)) {
      known.checkedAt = nowMs;
      return known;
    }
    const page = this.read(server, path, nowMs);
    pages.set(path, page);
    return page;
  }

  private read(server: Server, path: string, nowMs: number): Page {
    const { files, uploads } = this;
    const facts = new FileFacts();
    const fd = files.open('/', path, false);
    const found = fd >= 0 && files.inspect(fd, facts) >= 0 && facts.kind === 'file';
    const real = found ? files.realPath(path, fd) : '';
    const content = real !== '' && !isScriptOf(server, real, facts, files);
    const bytes = content && facts.size <= PAGE_LIMIT ? this.contentOf(fd, facts.size) : null;
    if (fd >= 0) files.close(fd);
    const stamp = found ? facts : null;
    return { bytes, uploaded: uploads.mayBeUpload(real), stamp, checkedAt: nowMs };
  }

  /** @returns null if nothing can be read */
  private contentOf(fd: number, size: number): Uint8Array | null {
    const bytes = Buffer.alloc(size);
    let filled = 0;
    while (filled < size) {
      const count = this.files.read(fd, bytes, filled, size - filled, filled);
      if (count < 0) return null;
      if (count === 0) break;
      filled += count;
    }
    return filled === 0 ? null : bytes.subarray(0, filled);
  }
}

function isSame(one: FileStamp | null, other: FileStamp | null): boolean {
  return one === null || other === null ? one === other : sameStamp(one, other);
}
