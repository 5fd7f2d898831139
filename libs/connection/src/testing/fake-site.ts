import type { Location, Server, Timeouts } from '@webserv/config';
import type { Address, Loop } from '@webserv/event-loop';
import type { FakeDriver, FakePeer } from '@webserv/event-loop/testing';
import {
  type Exchange,
  type Files,
  MemoryLedger,
  type Outcome,
  type Services,
  UploadRoots,
} from '@webserv/methods';
import { Compressor, nodePaths, Pages, Watches } from '@webserv/pages';
import { DEFAULT_LIMITS } from '@webserv/request';
import { type Cause, text } from '@webserv/response';
import type { Protocol } from '../accept/guest.ts';
import { Reserve } from '../accept/reserve.ts';
import { ServerUdata } from '../accept/server-udata.ts';
import { Clock } from '../clock.ts';
import type { Edition } from '../edition.ts';
import { http1 } from '../http1/http1.ts';
import type { Ended, Site } from '../site.ts';

const ADDRESS: Address = { family: 'ipv4', host: '127.0.0.1', port: 80 };

/** Milliseconds, each another. */
export const TIMEOUTS: Timeouts = { header: 1000, body: 2000, send: 3000, keepAlive: 4000, cgi: 5000 };

export function locationOf(patch: Partial<Location> = {}): Location {
  return {
    id: 0,
    path: { kind: 'prefix', text: '/', rank: 1 },
    prefix: '/',
    root: '/site',
    defaultFiles: [],
    redirection: null,
    errors: new Map(),
    rewrites: [],
    application: null,
    mount: null,
    // Every path is a script, so that the test makes each outcome.
    cgi: [{ kind: 'all' }],
    cgiUploads: true,
    methods: new Set(['GET', 'POST', 'PUT']),
    head: true,
    actions: [],
    putRoot: null,
    bodySize: 1 << 20,
    minRate: 0,
    limitRate: 0,
    limitRateAfter: 0,
    symlinks: true,
    dotfiles: true,
    tries: null,
    spa: '',
    fields: { headers: [], withheld: new Set(), expires: 'off', cors: [], presets: [] },
    timeouts: TIMEOUTS,
    ...patch,
  } as unknown as Location;
}

function serverOf(location: Location, patch: Partial<Server>): Server {
  return {
    id: 0,
    names: [],
    locations: [location],
    rewrites: [],
    maxConnect: 1000,
    maxConnectPerAddress: 0,
    maxPipeline: 100,
    requestId: 'off',
    realIp: null,
    guarded: false,
    keepaliveRequests: 1000,
    cacheSize: 0,
    cacheEntry: 0,
    timeouts: location.timeouts,
    ...patch,
  } as unknown as Server;
}

/** One line of the access log. */
interface Line {
  readonly status: number;
  readonly bodySent: number;
  readonly stage: string;
  readonly cause: Cause | null;
  readonly requestLine: string;
}

/** What a site is made of. */
export interface FakeSiteOptions {
  readonly location?: Partial<Location>;
  readonly server?: Partial<Server>;
  readonly protocol?: Protocol;
  /** Bytes that requests may take. */
  readonly memory?: number;
}

/** A listening socket on the scripted driver, with one site whose answers the test makes. */
export class FakeSite implements Site, Edition {
  readonly loop: Loop;
  readonly driver: FakeDriver;
  readonly server: Server;
  readonly pages: Pages;
  readonly memory: MemoryLedger;
  readonly services: Services;
  readonly limits = DEFAULT_LIMITS;
  readonly listener: ServerUdata;
  readonly lines: Line[] = [];
  /** What the error log has of warnings. */
  readonly warnings: Readonly<Record<string, string | number>>[] = [];
  answers: ((exchange: Exchange) => Outcome) | null = null;
  /** Transactions that hold the edition. */
  holds = 0;
  /** What the method stage makes of a request. */
  answer: (exchange: Exchange) => Outcome = () => text(200, 'hello');

  constructor(loop: Loop, driver: FakeDriver, options: FakeSiteOptions = {}) {
    this.loop = loop;
    this.driver = driver;
    const location = locationOf(options.location);
    this.server = serverOf(location, options.server ?? {});
    this.memory = new MemoryLedger(options.memory ?? 1 << 20);
    this.pages = new Pages(
      this.server,
      new Watches(loop, () => {}, nodePaths),
      new Compressor(),
      this.memory,
    );
    this.services = {
      files: this.files(),
      errorPage: () => null,
      errorScript: () => null,
      uploads: new UploadRoots([]),
      script: (exchange: Exchange) => this.answer(exchange),
    } as unknown as Services;
    const fd = driver.listen(ADDRESS, 16);
    const reserve = new Reserve(loop, { openNothing: () => driver.openFile('') });
    const protocol = options.protocol ?? http1;
    this.listener = new ServerUdata(loop, fd, this, new Clock(loop), reserve, protocol);
    this.listener.start();
  }

  get defaultSite(): Site {
    return this;
  }

  siteOf(_host: string): Site {
    return this;
  }

  locate(_path: string): Location {
    return this.server.locations[0] as Location;
  }

  hold(): void {
    this.holds++;
  }

  release(): void {
    this.holds--;
  }

  record({ status, bodySent, endedBy, cause, requestLine }: Ended): void {
    this.lines.push({ status, bodySent, stage: endedBy, cause, requestLine });
  }

  info(): void {}

  warn(message: string, facts: Readonly<Record<string, string | number>>): void {
    this.warnings.push({ message, ...facts });
  }

  /** A client calls, and sends this. */
  connect(bytes = ''): FakePeer {
    const peer = this.driver.connect(ADDRESS);
    peer.write(bytes);
    return peer;
  }

  /** Every path is a regular file. */
  private files(): Files {
    return {
      open: () => this.driver.openFile(''),
      inspect: (_fd, facts) => {
        facts.kind = 'file';
        return 0;
      },
      look: (_root, _path, _beneath, facts) => {
        facts.kind = 'file';
        return 0;
      },
      realPath: (path) => path,
      mayRun: () => 0,
      stamp: () => null,
      close: (fd) => this.loop.discard(fd),
      read: () => 0,
      remove: () => 0,
      readFolder: () => -1,
    };
  }
}
