import type { Location } from '@webserv/config';
import type { Loop } from '@webserv/event-loop';
import {
  addFields,
  conditionsOf,
  type Exchange,
  failure,
  nameOrigin,
  notModifiedOf,
  originToName,
} from '@webserv/methods';
import {
  answerOf,
  originOf,
  type Page,
  type PageAnswer,
  PageDraft,
  PageLoad,
  type PageLoadOwner,
  type PageOrigin,
  partOf,
  rangesOf,
  readAhead,
  replyTo,
  TAG_ROOM,
  USUAL,
} from '@webserv/pages';
import {
  type ByteRange,
  type Cause,
  type FileBody,
  fail,
  type Reply,
  type Representation,
} from '@webserv/response';
import type { Outlet } from '../outlet.ts';
import type { Site } from '../site.ts';
import { Holdings } from './holdings.ts';
import type { Sender } from './sender.ts';
import { Transmission } from './transmission.ts';

/** A file up to this size leaves in one piece with its head even where it is not kept in the cache. */
const LOAD_MAX = 64 << 10;

/** Scratch: it is filled and read within one call. A page is made for the usual request. */
const usual = { ...USUAL };

/** The connection or stream, as the responder of its request calls it back. */
export interface ResponseOwner {
  /**
   * The response is over.
   * @param result 0, or -errno where the response was cut
   * @param place where that arose; '' for a whole response
   */
  responded(result: number, place: string): void;
  /** A file was changed while it was read. Nothing has been sent, and the responder holds nothing. */
  fileChanged(): void;
}

/**
 * The response stage of one transaction: says a reply, or a page of the cache, to an outlet. What a response holds (a
 * reply's file, a cached page, a load) is let go exactly once, when it is over or abandoned.
 */
export class Responder implements Sender, PageLoadOwner {
  /** Of what is being sent; 0 while nothing is. */
  status = 0;
  /** The reply of the method stage has been given up for a 500. */
  failed = false;
  /** `hit`, `miss`, or `none` for what is not cached. */
  cache: 'hit' | 'miss' | 'none' = 'none';
  private readonly loop: Loop;
  private owner: ResponseOwner | null = null;
  private readonly outlet: Outlet;
  private readonly transmission: Transmission;
  private reply: Reply | null = null;
  private answered: Cause | null = null;
  /** Its entity tag is being made: the conditions of the request are judged when the page is loaded. */
  private tagPending = false;
  private exchange: Exchange | null = null;
  private loading: PageLoad | null = null;
  private readonly holdings = new Holdings();

  constructor(loop: Loop, outlet: Outlet) {
    this.loop = loop;
    this.outlet = outlet;
    this.transmission = new Transmission(loop, outlet, this);
  }

  /** From now on it answers this request's connection or stream. */
  attach(owner: ResponseOwner): void {
    this.owner = owner;
  }

  /** Why what is sent is an error, or has come to an end before its time; null where nothing is known of that. */
  get cause(): Cause | null {
    return this.answered ?? this.transmission.cause;
  }

  /** Bytes of the body sent so far. */
  get bodySent(): number {
    return this.outlet.bodySent;
  }

  /** Bytes that the client has taken: grows while it takes any, also within one send. */
  get progress(): number {
    return this.outlet.progress;
  }

  /** Milliseconds in which nothing was there to be taken. */
  get waited(): number {
    return this.transmission.waited;
  }

  /** Nothing of the next request has been answered yet. */
  renew(): void {
    this.cache = 'none';
    this.status = 0;
    this.failed = false;
    this.answered = null;
    this.exchange = null;
  }

  /** Lets go of everything, sent or not. No `responded` follows. */
  abandon(): void {
    this.letGo();
  }

  // ---- pages of the cache ------------------------------------------------------------------------------------

  /**
   * Answers a GET or HEAD from the cache, with the page or the 304 that stands for it.
   * @returns the page; null where there is none, or the request asks for something else than all of it
   */
  sendFromCache(site: Site, exchange: Exchange): Page | null {
    const entry = site.pages.find(exchange);
    if (entry === null) return null;
    const page = entry.value;
    const { head } = exchange;
    const answer = answerOf(page, head.method, head.headers, exchange.nowMs);
    const ranges = answer === 'other' ? this.rangesOf(page, exchange) : null;
    if (answer === 'other' && ranges === null) return null;
    const shared = entry.holds > 0;
    this.exchange = exchange;
    this.cache = 'hit';
    this.holdings.hold(site, entry);
    if (answer !== 'other') this.sendPage(page, answer, shared);
    else if (ranges !== null) this.sendRanges(page, ranges, exchange);
    return page;
  }

  /** The ranges of a page that the request selects, or null where the method stage must answer. */
  private rangesOf(page: Page, { head, nowMs }: Exchange): readonly ByteRange[] | null {
    // A head that was begun for the page says that the connection goes on.
    return page.location.timeouts.keepAlive > 0 ? rangesOf(page, head, nowMs) : null;
  }

  private sendRanges(page: Page, ranges: readonly ByteRange[], { head, nowMs }: Exchange): void {
    const [range] = ranges;
    const shared = originToName(page.location, head) === '' && page.location.limitRate === 0;
    if (shared && range !== undefined && ranges.length === 1 && this.transmission.part(page, range)) {
      this.status = 206;
      return;
    }
    this.sendPageAs(partOf(page, head, nowMs), page);
  }

  private sendPage(page: Page, answer: Exclude<PageAnswer, 'other'>, shared: boolean): void {
    const { exchange } = this;
    const own = answer === 'page' && page.location.limitRate > 0;
    if (exchange !== null && (own || originToName(page.location, exchange.head) !== '')) {
      this.sendPageAs(replyTo(page, answer, exchange.head), page);
      return;
    }
    this.status = answer === 'page' ? page.status : 304;
    if (!this.transmission.page(page, answer, shared)) this.giveUp('encode', 0);
  }

  /** Says a page, or its parts, by a reply of its own: with the origin of its client, or at a rate. */
  private sendPageAs(reply: Reply, { location }: Page): void {
    this.reply = reply;
    this.sendHead(reply, location);
  }

  // ---- replies -----------------------------------------------------------------------------------------------

  /** @param ticket the cache's, taken before the method stage opened the file */
  sendReply(reply: Reply, exchange: Exchange, site: Site, ticket: number): void {
    this.exchange = exchange;
    this.answered = reply.cause;
    if (reply.successor !== null) {
      this.holdings.await(reply, reply.successor, (answer) => this.sendReply(answer, exchange, site, -1));
      return;
    }
    this.reply = reply;
    complete(reply, exchange);
    const { body, representation } = reply;
    this.tagPending = representation?.tagPending === true;
    const whole = body.kind === 'file' && exchange.head.method === 'GET' && body.length > 0;
    if (whole && this.load(reply, body, exchange, site, ticket)) return;
    nameOrigin(reply, exchange.location, exchange.head);
    if (this.tagPending && representation !== null) this.sendUntagged(reply, representation, exchange);
    else this.sendHead(reply);
  }

  /** The content is not read before it is sent, so nothing names it, and conditions could not wait for its name. */
  private sendUntagged(reply: Reply, { validators }: Representation, exchange: Exchange): void {
    const outcome = conditionsOf(exchange, validators);
    if (outcome === 'failed') this.giveUp('precondition', 0, 412);
    else this.sendHead(outcome === 'pass' ? reply : notModifiedOf(reply.headers, exchange.location));
  }

  /** @param location whose rules hold for the body */
  private sendHead(reply: Reply, location: Location | null = this.exchange?.location ?? null): void {
    this.status = reply.status;
    const pace = location !== null && location.limitRate > 0 ? location : null;
    if (!this.transmission.start(reply, pace)) this.giveUp('encode', 0);
  }

  /** Gives up the reply, of which nothing has been sent, for an error. */
  private giveUp(place: string, errno: number, status = 500): void {
    const { exchange, failed } = this;
    // A page of the site's own that cannot be encoded either is not tried twice.
    const reply = failed || exchange === null ? fail(status) : failure(exchange, status, place, errno);
    this.failed = true;
    this.reply?.release();
    this.reply = null;
    if (reply.successor === null) this.sendInstead(reply);
    else this.holdings.await(reply, reply.successor, (answer) => this.sendInstead(answer));
  }

  private sendInstead(reply: Reply): void {
    const { exchange } = this;
    if (exchange !== null) {
      complete(reply, exchange);
      nameOrigin(reply, exchange.location, exchange.head);
    }
    this.answered = reply.cause ?? this.answered;
    this.reply = reply;
    this.sendHead(reply);
  }

  // ---- files that are read first -----------------------------------------------------------------------------

  /** @returns whether the file is read first, or is being read already: false where it leaves by sendfile */
  private load(reply: Reply, body: FileBody, exchange: Exchange, site: Site, ticket: number): boolean {
    const { representation } = reply;
    const fits = representation !== null && site.pages.takes(body.length);
    if (fits) this.cache = 'miss';
    else if (this.tagPending) return false;
    const kept = fits && (this.tagPending || site.pages.admits(exchange, representation, body.length));
    const origin = kept ? originOf(exchange, representation) : null;
    if (!this.tagPending && this.sendRead(reply, body, exchange, site, origin, ticket)) return true;
    if (origin === null && body.length > LOAD_MAX) return false;
    const known = origin === null ? null : site.pages.loads.find(origin);
    if (known !== null) {
      this.reply = null;
      reply.release();
      this.join(known);
      return true;
    }
    usual.date = this.outlet.date;
    if (origin !== null && this.tagPending) reply.headers.set('ETag', TAG_ROOM);
    const size = PageDraft.sizeOf(reply, body.length, usual);
    if (!site.memory.spare(size)) return false;
    const draft = PageDraft.of(reply, body.length, usual);
    if (draft === null) {
      site.memory.give(size);
      this.giveUp('encode', 0);
      return true;
    }
    // The descriptor is the load's from here on, and the reply the page's: a release with the response would empty it for
    // later requests.
    reply.owner = null;
    reply.body = { kind: 'unsent', length: body.length };
    reply.representation = null;
    this.reply = null;
    this.join(this.begun(draft, body, exchange, site, origin, ticket)).start();
    return true;
  }

  /**
   * Sends a file that was read when it was opened, from memory of the pool. The cache keeps a copy.
   * @param origin of the page that the cache is to keep, or null
   * @returns false where it was not read, or there is no memory
   */
  private sendRead(
    reply: Reply,
    body: FileBody,
    exchange: Exchange,
    site: Site,
    origin: PageOrigin | null,
    ticket: number,
  ): boolean {
    const content = readAhead(exchange.services.files, body);
    if (content === null) return false;
    usual.date = this.outlet.date;
    const size = PageDraft.sizeOf(reply, body.length, usual);
    const memory = this.holdings.lend(site.memory, size);
    if (memory === null) return false;
    const draft = PageDraft.of(reply, body.length, usual, memory);
    if (draft === null) {
      this.giveUp('encode', 0);
      return true;
    }
    memory.bytes.set(content, draft.headSize);
    this.reply = null;
    reply.release();
    reply.body = { kind: 'unsent', length: body.length };
    reply.representation = null;
    const page = draft.page(exchange.location);
    if (origin !== null) site.pages.keep(page, origin, ticket, false);
    this.sendPage(page, 'page', true);
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
    const { reply, loading } = this;
    this.transmission.abandon();
    this.holdings.letGo();
    if (loading !== null) {
      this.loading = null;
      loading.leave(this);
    }
    if (reply !== null) {
      this.reply = null;
      reply.release();
    }
  }
}

/** Makes the fields of a reply those of its location. `nameOrigin` follows. */
function complete(reply: Reply, exchange: Exchange): void {
  // A script may repeat the id that it has been given.
  if (exchange.requestId !== '') reply.headers.remove('X-Request-Id');
  addFields(reply, exchange.location);
}
