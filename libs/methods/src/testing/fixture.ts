import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Location, Method, Server } from '@webserv/config';
import { FeedStatus, RequestParser } from '@webserv/request';
import { type Cause, MimeTypes, type Reply, type Representation, text } from '@webserv/response';
import { Ledger } from '../bounds/ledger.ts';
import { MemoryLedger } from '../bounds/memory-ledger.ts';
import { Turns } from '../bounds/turns.ts';
import { nodeFiles } from '../disk/node-files.ts';
import { NodeReader } from '../disk/node-reader.ts';
import { nodeStore } from '../disk/node-store.ts';
import { NodeWriter } from '../disk/node-writer.ts';
import { dispatch } from '../dispatch.ts';
import { ErrorPages } from '../errors/error-pages.ts';
import { Exchange, type Services } from '../exchange.ts';
import type { Intake, Outcome } from '../intake.ts';
import { Listings } from '../listing/listings.ts';
import { UploadRoots } from '../upload/upload-roots.ts';
import { bodyOf } from './body.ts';

/** A time long past. Files of that time count as settled, so that their entity tags are strong. */
export const LONG_AGO = new Date('2024-02-03T04:05:06.789Z');
export const NOW = Date.UTC(2025, 5, 1, 12, 0, 0);

export const PLAIN_LISTING: Location['listing'] = { readme: true, theme: '', archive: [] };

/** The settings of a test's location. The rest is as in the config's defaults. */
export type LocationPatch = Partial<Omit<Location, 'methods'>> & { readonly methods?: readonly Method[] };

/** The answer to one request. */
export interface Answer {
  readonly status: number;
  readonly reply: Reply;
  readonly body: Buffer;
  readonly text: string;
  header(name: string): string | undefined;
}

/** How the fixture gives a request's body to an intake. */
interface Sending {
  /** Bytes of each piece; by default one piece. */
  readonly piece?: number;
  /** Whether to abort instead of finishing. */
  readonly abort?: boolean;
}

/** A folder on the disk, a server over it, and services that can be set to fail, for one test. */
export class Fixture {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'webserv-methods-')));
  readonly forgotten: string[] = [];
  readonly open = new Set<number>();
  pages = new ErrorPages(nodeFiles, new UploadRoots([]));
  services: Services;
  server: Server;
  ledger = new Ledger(100, Number.MAX_SAFE_INTEGER);
  memory = new MemoryLedger(64 << 20);
  readonly listings = new Listings(require.resolve('markdown-it/browser'));
  now = NOW;
  private errors: Location['errors'] = new Map();
  private last: Reply | null = null;

  constructor() {
    this.services = {
      files: nodeFiles,
      store: nodeStore,
      writer: (fd, owner) => new NodeWriter(fd, owner),
      reader: (fd, owner) => new NodeReader(fd, owner),
      addressOf: (remote) => remote,
      ledgerOf: () => this.ledger,
      memoryOf: () => this.memory,
      typesOf: ({ types, charset, defaultType }) => new MimeTypes(types, defaultType, charset),
      contentTag: () => '',
      errorPage: (server, errors, status) => this.pages.reply(server, errors, status, NOW),
      errorScript: () => null,
      uploads: new UploadRoots([]),
      locate: (_server, path) => this.locate(path),
      ask: () => null,
      admit: () => null,
      script: (_exchange, script) => text(200, `ran ${script.name}`),
      forget: (path) => void this.forgotten.push(path),
      later: new Turns().later,
      listings: this.listings,
    };
    this.server = {
      locations: [],
      types: new Map(),
      base: { charset: 'utf-8', uploadInert: true, errors: new Map() },
      maxListings: 16,
      cacheSize: 1 << 20,
      cacheEntry: 1 << 16,
    } as unknown as Server;
    mkdirSync(join(this.folder, 'www'));
    mkdirSync(join(this.folder, 'uploads'));
    this.location('/', {});
  }

  /** The cause of the last reply's error. */
  get cause(): Cause | null {
    return this.last?.cause ?? null;
  }

  /** The whole file that the last reply was made from. */
  get representation(): Representation | null {
    return this.last?.representation ?? null;
  }

  get root(): string {
    return join(this.folder, 'www');
  }

  get uploads(): string {
    return join(this.folder, 'uploads');
  }

  /** Writes a file below the fixture's folder, modified long ago. */
  file(path: string, content: string | Uint8Array = '', modified = LONG_AGO): string {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    utimesSync(full, modified, modified);
    return full;
  }

  mkdir(path: string): string {
    const full = join(this.folder, path);
    mkdirSync(full, { recursive: true });
    return full;
  }

  /** Adds a location, or replaces the one with this prefix. */
  location(prefix: string, patch: LocationPatch): Location {
    const location = {
      path: { kind: 'prefix', text: prefix, rank: prefix.length },
      prefix,
      root: this.root,
      defaultFiles: patch.autoIndex === 'on' ? [] : ['index.html'],
      uploadPath: null,
      putRoot: null,
      head: true,
      actions: [],
      uploadOverwrite: false,
      uploadFsync: false,
      autoIndex: 'off',
      listing: PLAIN_LISTING,
      bodySize: 1 << 20,
      symlinks: false,
      dotfiles: false,
      precompressed: [],
      compress: [],
      compressTypes: new Set(['text/*']),
      compressMin: 10,
      types: new Map(),
      defaultType: 'application/octet-stream',
      charset: 'utf-8',
      etag: 'stat',
      tries: null,
      spa: '',
      fields: { headers: [], withheld: new Set(), expires: 'off', cors: [], presets: [] },
      redirection: null,
      rewrites: [],
      application: null,
      mount: null,
      cgi: [],
      cgiUploads: false,
      uploadInert: true,
      errors: this.errors,
      ...patch,
      methods: new Set(patch.methods ?? ['GET']),
    } as unknown as Location;
    const locations = this.server.locations.filter((known) => known.prefix !== prefix);
    this.server = { ...this.server, locations: [...locations, location] };
    const folders = this.server.locations.flatMap(({ uploadPath, putRoot }) =>
      [uploadPath ?? [], putRoot ?? []].flat(),
    );
    const uploads = new UploadRoots(folders);
    this.services = { ...this.services, uploads };
    this.pages = new ErrorPages(nodeFiles, uploads);
    return location;
  }

  /** What answers errors in all locations. */
  errorPages(pages: Readonly<Record<number, string>>): void {
    const errors = new Map(
      Object.entries(pages).map(([code, file]) => [Number(code), { file, script: null }]),
    );
    this.errors = errors;
    const { base, locations } = this.server;
    this.server = {
      ...this.server,
      base: { ...base, errors },
      locations: locations.map((location) => ({ ...location, errors })),
    };
  }

  /** Reads a request for the method stage. @param fields whole lines, each with its CRLF */
  exchange(method: string, target: string, fields = ''): Exchange {
    const parser = new RequestParser({ maxHeader: 65_536, maxHeaders: 100, maxTarget: 8192 });
    const head = Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`, 'latin1');
    if (parser.feed(head, 0, head.length) !== FeedStatus.HEAD) throw new Error(`not a request: ${head}`);
    const location = this.locate(parser.head.path);
    return new Exchange(this.services, parser.head, this.server, location, this.now);
  }

  /** Gives a request to the method stage. Parameters as of `exchange`. */
  dispatch(method: string, target: string, fields = '', remote = ''): Outcome {
    const exchange = this.exchange(method, target, fields);
    exchange.remote = remote;
    const outcome = dispatch(exchange);
    if (!('take' in outcome)) this.last = outcome;
    return outcome;
  }

  /** Sends one request and waits for its whole answer. */
  async send(
    method: string,
    target: string,
    fields = '',
    body: string | Uint8Array = '',
    sending: Sending = {},
  ): Promise<Answer> {
    const outcome = this.dispatch(method, target, fields);
    const reply = 'take' in outcome ? await deliver(outcome, Buffer.from(body), sending) : outcome;
    this.last = reply;
    const content = await bodyOf(reply);
    reply.release();
    return {
      status: reply.status,
      reply,
      body: content,
      text: content.toString(),
      header: (name) => reply.headers.get(name),
    };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private locate(path: string): Location {
    const holds = ({ prefix }: Location): boolean =>
      prefix === '/' || path === prefix || path.startsWith(`${prefix}/`);
    const found = this.server.locations.filter(holds);
    return found.reduce((best, each) => (each.prefix.length > best.prefix.length ? each : best));
  }
}

/** Gives a body to an intake as a connection does: one piece after the other, in memory lent for the call. */
export function deliver(
  intake: Intake,
  body: Buffer,
  { piece = body.length, abort = false }: Sending,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let at = 0;
    let answered = false;
    const lent = Buffer.alloc(Math.max(1, piece));
    const feed = (): void => {
      while (!answered && at < body.length) {
        const size = Math.min(piece, body.length - at);
        body.copy(lent, 0, at, at + size);
        at += size;
        const more = intake.take(lent, 0, size);
        // The lent memory changes after the call, as in a connection.
        lent.fill(0xee);
        if (!more) return;
      }
      if (answered) return;
      if (!abort) {
        intake.finish();
        return;
      }
      answered = true;
      intake.abort();
      reject(new Error('aborted'));
    };
    intake.open({
      reply: (reply) => {
        if (answered) reject(new Error('a second reply'));
        answered = true;
        resolve(reply);
      },
      resume: feed,
    });
    feed();
  });
}
