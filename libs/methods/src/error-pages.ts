import type { Server } from '@webserv/config';
import { type FileStamp, MimeTypes, Reply, sameStamp } from '@webserv/response';
import type { Files } from './files.ts';

/** A page that explains an error has no reason to be larger. */
const PAGE_LIMIT = 1 << 20;
/** For how long a page is served without a look at its file. */
const FRESH_MS = 1000;

interface Page {
  readonly bytes: Uint8Array;
  readonly stamp: FileStamp;
  checkedAt: number;
}

/** The `error` pages of the servers: read when the server starts, and again where the file has changed. */
export class ErrorPages {
  private readonly files: Files;
  private readonly pages = new Map<string, Page>();
  private readonly types = new WeakMap<Server, MimeTypes>();

  constructor(files: Files) {
    this.files = files;
  }

  /** Reads every page of a server. @returns the paths that could not be read */
  preload(server: Server, nowMs: number): string[] {
    const missing: string[] = [];
    for (const path of server.errorPages.values()) if (this.page(path, nowMs) === null) missing.push(path);
    return missing;
  }

  /** The page of `server` for `status`, or null where it has none that can be read: the built-in one stands in. */
  reply(server: Server, status: number, nowMs: number): Reply | null {
    const path = server.errorPages.get(status);
    const page = path === undefined ? null : this.page(path, nowMs);
    if (path === undefined || page === null) return null;
    const reply = new Reply(status, { kind: 'bytes', bytes: page.bytes });
    const types = this.typesOf(server);
    const coding = types.contentCoding(path);
    reply.headers.append('Content-Type', types.contentType(path));
    if (coding !== '') reply.headers.append('Content-Encoding', coding);
    return reply;
  }

  /** An error page is a file of its server, and has the type and charset that the server gives to such. */
  private typesOf(server: Server): MimeTypes {
    let types = this.types.get(server);
    if (types === undefined) {
      types = new MimeTypes(server.types, undefined, server.base.charset);
      this.types.set(server, types);
    }
    return types;
  }

  private page(path: string, nowMs: number): Page | null {
    const known = this.pages.get(path);
    if (known !== undefined && Math.abs(nowMs - known.checkedAt) < FRESH_MS) return known;
    const stamp = this.files.stamp(path);
    if (known !== undefined && stamp !== null && sameStamp(known.stamp, stamp)) {
      known.checkedAt = nowMs;
      return known;
    }
    const bytes = stamp === null ? null : this.files.readWhole(path, PAGE_LIMIT);
    if (stamp === null || bytes === null || bytes.length === 0) {
      this.pages.delete(path);
      return null;
    }
    const page = { bytes, stamp, checkedAt: nowMs };
    this.pages.set(path, page);
    return page;
  }
}
