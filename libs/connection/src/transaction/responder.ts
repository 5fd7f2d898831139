import type { CacheEntry, StaticCache } from '@webserv/cache';
import { type Loop, Memory, type Op } from '@webserv/event-loop';
import { conditionsOf, type Exchange, failure } from '@webserv/methods';
import {
  answerOf,
  CONDITIONS,
  originOf,
  type Page,
  type PageAnswer,
  PageDraft,
  PageLoad,
  type PageLoadOwner,
  type PageOrigin,
  TAG_ROOM,
  USUAL,
} from '@webserv/pages';
import type { RequestHead } from '@webserv/request';
import {
  type Cause,
  type EncodeContext,
  Encoded,
  encodeHead,
  type FileBody,
  fail,
  NO_VALIDATORS,
  notModified,
  type Reply,
  type Representation,
} from '@webserv/response';
import type { Site } from '../site.ts';
import type { Wire } from '../wire.ts';
import { type Sender, Transmission } from './transmission.ts';

/** A file up to this size leaves in one piece with its head even where it is not kept in the cache. */
const LOAD_MAX = 64 << 10;

/** Whose response it is. */
export interface ResponseOwner {
  /**
   * @param result 0, or -errno where the response was cut; `keepAlive` says what its head said
   * @param place where that arose; '' for a whole response
   */
  responded(result: number, place: string): void;
  /** A file was changed while it was read; nothing has been sent, and the responder holds nothing. */
  fileChanged(): void;
}

/**
 * The response stage of one connection: encodes a reply, or takes a page of the cache, and sends it. What a response
 * holds (a reply's file, a cached page, a worker) is let go exactly once, when it is over or abandoned.
 */
export class Responder implements Sender, PageLoadOwner {
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
  private answered: Cause | null = null;
  /** Its entity tag is being made: the conditions of the request are judged when the page is loaded. */
  private tagPending = false;
  private exchange: Exchange | null = null;
  private loading: PageLoad | null = null;
  private held: CacheEntry<Page> | null = null;
  private heldBy: StaticCache<Page> | null = null;

  constructor(loop: Loop) {
    this.loop = loop;
    this.transmission = new Transmission(loop, this);
  }

  /** From now on it answers on this connection: `sending` is its operation. */
  attach(wire: Wire, sending: Op, owner: ResponseOwner): void {
    this.owner = owner;
    this.transmission.attach(wire, sending);
  }

  get keepAlive(): boolean {
    return this.encoded.keepAlive;
  }

  /** Why what is sent is an error, or has come to an end before its time; null where nothing is known of that. */
  get cause(): Cause | null {
    return this.answered ?? this.transmission.cause;
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
    this.answered = null;
    this.exchange = null;
  }

  complete(op: Op): void {
    this.transmission.complete(op);
  }

  /** Lets go of everything, sent or not. No `responded` follows. */
  abandon(): void {
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
    this.answered = reply.cause;
    this.exchange = exchange;
    const { body, representation } = reply;
    this.tagPending = representation?.tagPending === true;
    const whole = body.kind === 'file' && this.context.method === 'GET' && body.length > 0;
    if (whole && this.load(reply, body, exchange, site, ticket)) return;
    if (this.tagPending && representation !== null) this.sendUntagged(reply, representation, exchange);
    else this.sendHead(reply);
  }

  /** The content is not read before it is sent, so nothing names it, and conditions could not wait for its name. */
  private sendUntagged(reply: Reply, { validators }: Representation, exchange: Exchange): void {
    const outcome = conditionsOf(exchange, validators);
    if (outcome === 'failed') this.giveUp('precondition', 0, 412);
    else this.sendHead(outcome === 'pass' ? reply : notModified(reply.headers));
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
    const { exchange, failed } = this;
    // A page of the site's own that cannot be encoded either is not tried twice.
    const reply = failed || exchange === null ? fail(status) : failure(exchange, status, place, errno);
    this.failed = true;
    this.answered = reply.cause ?? this.answered;
    this.reply?.release();
    this.reply = reply;
    this.sendHead(reply);
  }

  // ---- files that are read first -----------------------------------------------------------------------------

  /** @returns whether the file is read first, or is being read already: false where it leaves by sendfile */
  private load(reply: Reply, body: FileBody, exchange: Exchange, site: Site, ticket: number): boolean {
    const { representation } = reply;
    const kept = representation !== null && site.pages.takes(body.length);
    const origin = kept ? originOf(exchange, representation) : null;
    if (origin !== null) this.cache = 'miss';
    else if (body.length > LOAD_MAX || this.tagPending) return false;
    const known = origin === null ? null : site.pages.loads.find(origin);
    if (known !== null) {
      this.reply = null;
      reply.release();
      this.join(known);
      return true;
    }
    // A page is made for the usual request; who needs another head gets one when it is sent.
    const context = origin === null ? this.context : { ...USUAL, date: this.context.date };
    if (origin !== null && this.tagPending) reply.headers.set('ETag', TAG_ROOM);
    const size = PageDraft.sizeOf(reply, body.length, context);
    if (!site.memory.spare(size)) return false;
    const draft = PageDraft.of(reply, body.length, context);
    if (draft === null) {
      site.memory.give(size);
      this.giveUp('encode', 0);
      return true;
    }
    // The descriptor is the load's from here on, and the reply the page's: to release it with the response would empty
    // it for those who come later.
    reply.owner = null;
    reply.body = { kind: 'unsent', length: body.length };
    reply.representation = null;
    this.reply = null;
    this.join(this.begun(draft, body, exchange, site, origin, ticket)).start();
    return true;
  }

  private begun(
    draft: PageDraft,
    body: FileBody,
    exchange: Exchange,
    site: Site,
    origin: PageOrigin | null,
    ticket: number,
  ): PageLoad {
    const load: PageLoad = new PageLoad(this.loop, {
      draft,
      body,
      validators: origin === null ? NO_VALIDATORS : origin.representation.validators,
      location: exchange.location,
      tagged: this.tagPending,
      services: exchange.services,
      keep: origin === null ? null : { pages: site.pages, origin, ticket },
      memory: site.memory,
      over: () => {
        if (origin !== null) site.pages.loads.remove(origin, load);
      },
    });
    if (origin !== null) site.pages.loads.add(origin, load);
    return load;
  }

  private join(load: PageLoad): PageLoad {
    this.loading = load;
    load.join(this);
    return load;
  }

  pageLoaded(page: Page): void {
    const { exchange } = this;
    const conditional = this.tagPending && exchange !== null;
    const outcome = conditional ? conditionsOf(exchange, page.validators) : 'pass';
    if (outcome === 'failed') this.giveUp('precondition', 0, 412);
    else this.sendPage(page, outcome === 'pass' ? 'page' : outcome, true);
  }

  pageChanged(): void {
    this.loading = null;
    this.owner?.fileChanged();
  }

  pageFailed(errno: number, place: string): void {
    this.loading = null;
    if (place === 'fault') this.transmitted(errno, place);
    else this.giveUp(place, errno);
  }

  // ---- the end -----------------------------------------------------------------------------------------------

  transmitted(result: number, place: string): void {
    this.letGo();
    this.owner?.responded(result, place);
  }

  private letGo(): void {
    const { reply, held, loading } = this;
    if (loading !== null) {
      this.loading = null;
      loading.leave(this);
    }
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
