import type { CacheEntry, StaticCache } from '@webserv/cache';
import { ERRNO, type Loop, Memory, type Op } from '@webserv/event-loop';
import { conditionsOf, type Exchange, failure } from '@webserv/methods';
import type { RequestHead } from '@webserv/request';
import {
  type EncodeContext,
  Encoded,
  encodeHead,
  type FileBody,
  fail,
  notModified,
  type Reply,
} from '@webserv/response';
import { ContentTag, TAG_ROOM } from './content-tag.ts';
import { answerOf, CONDITIONS, type Page, type PageAnswer, USUAL } from './page.ts';
import { PageDraft } from './page-draft.ts';
import type { Site } from './site.ts';
import { type Sender, Transmission } from './transmission.ts';
import { WorkerUdata, type WorkOwner } from './worker-udata.ts';

/** A file up to this size leaves in one piece with its head even where it is not kept in the cache. */
const LOAD_MAX = 64 << 10;

/** Whose response it is. */
export interface ResponseOwner {
  /**
   * @param result 0, or -errno where the response was cut; `keepAlive` says what its head said
   * @param place where that arose; '' for a whole response
   */
  responded(result: number, place: string): void;
}

/**
 * The response stage of one connection: encodes a reply, or takes a page of the cache, and sends it. What a response
 * holds (a reply's file, a cached page, a worker) is let go exactly once, when it is over or abandoned.
 */
export class Responder implements Sender, WorkOwner {
  readonly encoded = new Encoded();
  /** Of what is being sent; 0 while nothing is. */
  status = 0;
  /** The reply of the method stage has been given up for a 500. */
  failed = false;
  /** `hit`, `miss`, or `none` for what is not cached. */
  cache: 'hit' | 'miss' | 'none' = 'none';
  private readonly loop: Loop;
  private owner: ResponseOwner | null = null;
  private readonly transmission: Transmission;
  private readonly context: EncodeContext = { ...USUAL };
  private reply: Reply | null = null;
  private exchange: Exchange | null = null;
  private worker: WorkerUdata | null = null;
  private loading: Loading | null = null;
  private tagging: ContentTag | null = null;
  private held: CacheEntry<Page> | null = null;
  private heldBy: StaticCache<Page> | null = null;

  constructor(loop: Loop) {
    this.loop = loop;
    this.transmission = new Transmission(loop, this);
  }

  /** From now on it answers on this connection: `sending` is its operation. */
  attach(sending: Op, owner: ResponseOwner): void {
    this.owner = owner;
    this.transmission.attach(sending);
  }

  get keepAlive(): boolean {
    return this.encoded.keepAlive;
  }

  /** Bytes of the body sent so far. */
  get bodySent(): number {
    return this.transmission.bodySent;
  }

  /** Bytes that the client has taken: grows while it takes any, also within one operation. */
  get progress(): number {
    return this.transmission.progress;
  }

  /** Milliseconds in which nothing was there to be taken. */
  get rested(): number {
    return this.transmission.rested;
  }

  /** What the head must know of the request; said before `sendReply` or `sendPage`. */
  begin(head: RequestHead, keepAlive: boolean, date: string): void {
    const { context } = this;
    context.method = head.method;
    context.version = head.version;
    context.keepAlive = keepAlive;
    context.date = date;
  }

  /** Nothing of the next request has been answered yet. */
  renew(): void {
    this.cache = 'none';
    this.status = 0;
    this.failed = false;
    this.exchange = null;
  }

  complete(op: Op): void {
    this.transmission.complete(op);
  }

  /** Lets go of everything, sent or not. No `responded` follows. */
  abandon(): void {
    this.worker?.abandon();
    this.worker = null;
    this.tagging?.cancel();
    this.tagging = null;
    this.loading = null;
    this.letGo();
  }

  // ---- pages of the cache ------------------------------------------------------------------------------------

  /**
   * Answers a GET or HEAD from the cache, with the page or the 304 that stands for it.
   * @param mayKeep whether the connection may go on, as far as the location does not forbid it
   * @returns the page; null where there is none, or the request asks for something else than all of it
   */
  sendFromCache(site: Site, exchange: Exchange, mayKeep: boolean, date: string): Page | null {
    const { head } = exchange;
    const entry = site.pages.find(exchange);
    if (entry === null) return null;
    const page = entry.value;
    const keepAlive = mayKeep && page.location.timeouts.keepAlive > 0;
    const plain = keepAlive && head.version === 11 && !head.headers.hasAny(CONDITIONS);
    if (plain && page.refresh(date, entry.holds > 0)) {
      // What nearly every request asks for, as the page lies there.
      this.cache = 'hit';
      this.hold(site, entry);
      this.status = page.status;
      this.encoded.keepAlive = true;
      const size = head.method === 'HEAD' ? page.headSize : page.size;
      this.transmission.sendWhole(page.memory, size, page.headSize);
      return page;
    }
    const answer = answerOf(page, head.method, head.headers, exchange.nowMs);
    if (answer === 'other') return null;
    this.begin(head, keepAlive, date);
    this.exchange = exchange;
    this.cache = 'hit';
    this.hold(site, entry);
    this.sendPage(page, answer, entry.holds > 1);
    return page;
  }

  private sendPage(page: Page, answer: PageAnswer, inFlight: boolean): void {
    const { context, encoded, transmission } = this;
    const usual = context.keepAlive && context.version === 11;
    if (answer === 'not-modified') {
      this.status = 304;
      if (usual) {
        const memory = page.notModified(context, encoded, inFlight);
        encoded.keepAlive = true;
        transmission.sendWhole(memory, memory.size, memory.size);
      } else this.sendHead(notModified(page.reply.headers));
      return;
    }
    this.status = page.status;
    if (usual && page.refresh(context.date, inFlight)) {
      encoded.keepAlive = true;
      const size = context.method === 'HEAD' ? page.headSize : page.size;
      transmission.sendWhole(page.memory, size, page.headSize);
      return;
    }
    const head = this.encode(page.reply);
    if (head === null) return;
    const pieces = [{ memory: head, offset: 0, length: head.size }];
    if (encoded.framing !== 'none') {
      pieces.push({ memory: page.memory, offset: page.headSize, length: page.bodySize });
    }
    transmission.sendTogether(pieces, head.size);
  }

  private hold(site: Site, entry: CacheEntry<Page>): void {
    const { cache } = site.pages;
    cache.hold(entry);
    this.held = entry;
    this.heldBy = cache;
  }

  // ---- replies -----------------------------------------------------------------------------------------------

  /** @param ticket the cache's, taken before the method stage opened the file */
  sendReply(reply: Reply, exchange: Exchange, site: Site, ticket: number): void {
    this.reply = reply;
    this.exchange = exchange;
    const { body } = reply;
    if (body.kind === 'file' && this.context.method === 'GET' && body.length > 0) {
      const cacheable = exchange.path !== '' && body.length <= site.server.cacheEntry;
      if (cacheable) this.cache = 'miss';
      if (cacheable || body.length <= LOAD_MAX) {
        this.load(reply, body, exchange, site, cacheable ? ticket : -1);
        return;
      }
    }
    this.sendHead(reply);
  }

  private sendHead(reply: Reply): void {
    this.status = reply.status;
    const head = this.encode(reply);
    if (head !== null) {
      this.transmission.start(head, reply, this.encoded.framing, this.encoded.contentLength);
    }
  }

  /** The head, or null where it could not be encoded: then a 500 is on its way instead. */
  private encode(reply: Reply): Memory | null {
    const head = encodeHead(reply, this.context, this.encoded);
    if (head !== null) return Memory.from(head);
    this.giveUp('encode', 0);
    return null;
  }

  /** Gives up the reply, of which nothing has been sent, for an error. */
  private giveUp(place: string, errno: number, status = 500): void {
    const again = this.failed || this.exchange === null;
    // A page of the site's own that cannot be encoded either is not tried twice.
    const reply = again ? fail(status) : failure(this.exchange as Exchange, status, place, errno);
    this.failed = true;
    this.reply?.release();
    this.reply = reply;
    this.sendHead(reply);
  }

  // ---- files that are read first -----------------------------------------------------------------------------

  private load(reply: Reply, body: FileBody, exchange: Exchange, site: Site, ticket: number): void {
    const { context } = this;
    if (ticket < 0) exchange.tagPending = false;
    else if (exchange.tagPending) reply.headers.set('ETag', TAG_ROOM);
    // A page is made for the usual request; who needs another head gets one when it is sent.
    const draft = PageDraft.of(reply, body.length, ticket < 0 ? context : { ...USUAL, date: context.date });
    if (draft === null) {
      this.giveUp('encode', 0);
      return;
    }
    this.loading = { draft, exchange, site, ticket };
    // The descriptor is the worker's from here on.
    reply.owner = null;
    reply.body = { kind: 'unsent', length: body.length };
    // And the reply is the page's: to release it with the response would empty it for those who come later.
    this.reply = null;
    this.worker = new WorkerUdata(
      this.loop,
      this,
      body.fd,
      draft.memory,
      draft.headSize,
      draft.size,
      body.offset,
    );
    this.worker.start();
  }

  loaded(_worker: WorkerUdata, result: number): void {
    const { loading } = this;
    this.worker = null;
    this.loading = null;
    if (loading === null) return;
    const { draft, exchange } = loading;
    if (result < 0) this.giveUp('read', result);
    else if (exchange.tagPending) this.tag(loading);
    else this.show(loading, draft.page(exchange.validators, exchange.location), 'page');
  }

  private tag(loading: Loading): void {
    const { draft, exchange } = loading;
    const { bytes } = draft.memory;
    this.tagging = new ContentTag(bytes, draft.headSize, draft.size, exchange.services.later, (etag) => {
      this.tagging = null;
      draft.name(etag);
      const page = draft.page({ ...exchange.validators, etag }, exchange.location);
      const outcome = conditionsOf(exchange, page.validators);
      this.show(loading, page, outcome === 'pass' ? 'page' : outcome === 'failed' ? 'other' : outcome);
    });
    this.tagging.advance();
  }

  /** @param answer `other` where a condition of the request has failed */
  private show({ exchange, site, ticket }: Loading, page: Page, answer: PageAnswer): void {
    if (ticket >= 0) site.pages.keep(page, exchange, ticket, false);
    if (answer === 'other') this.giveUp('precondition', 0, 412);
    else this.sendPage(page, answer, false);
  }

  broken(): void {
    this.worker = null;
    this.loading = null;
    this.transmitted(-ERRNO.EIO, 'fault');
  }

  // ---- the end -----------------------------------------------------------------------------------------------

  transmitted(result: number, place: string): void {
    this.letGo();
    this.owner?.responded(result, place);
  }

  private letGo(): void {
    const { reply, held } = this;
    if (reply !== null) {
      this.reply = null;
      reply.release();
    }
    if (held !== null) {
      this.held = null;
      this.heldBy?.unhold(held);
    }
  }
}

/** A file on its way into memory. */
interface Loading {
  readonly draft: PageDraft;
  readonly exchange: Exchange;
  readonly site: Site;
  /** The cache's ticket, or -1 where the content is not for the cache. */
  readonly ticket: number;
}
