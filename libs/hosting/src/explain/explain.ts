import type { Config } from '@webserv/config';
import { AddressEdition, type OneRequest, serveOne } from '@webserv/connection';
import { Loop } from '@webserv/event-loop';
import { present } from '@webserv/methods';
import { Pages } from '@webserv/pages';
import { HostedEdition } from '../edition/hosted-edition.ts';
import { Engine } from '../process/engine.ts';
import { realSystem, type System } from '../process/system.ts';
import { atOnce } from '../steps.ts';
import type { Asked } from './asked.ts';
import { type ChosenAddress, chosenAddress } from './chosen-address.ts';
import type { Explanation } from './explanation.ts';
import { handshakeWith } from './handshake.ts';
import { directivesOf, locationPart, serverPart } from './parts.ts';
import { readAnswer } from './read-answer.ts';
import { requestOf } from './request-of.ts';
import { type Seen, ShownSite } from './shown-site.ts';
import { Steps } from './steps.ts';
import { TiedSystem } from './tied-system.ts';

/** Statuses whose answer has content that the cache may keep. */
const KEPT_MAYBE: ReadonlySet<number> = new Set([200, 206, 304]);

/** What a server has besides its config. */
interface Means {
  /** What files are watched by; by default the system's. */
  readonly paths?: System['paths'];
  /** As of `Engine`: what shows a README in a listing. */
  readonly markdown?: string;
}

/**
 * Says what a server of this config would do with a request, and why. The server itself answers: an edition of the config
 * over a system whose hands are tied, on a connection in memory. Nothing is stored, removed, run or logged.
 * @param software the name and version of the server, as scripts see it
 * @param means what the server has besides
 * @returns the explanation, or why the request would reach no server of the config
 */
export async function explain(
  config: Config,
  asked: Asked,
  software: string,
  means: Means = {},
): Promise<Explanation | { readonly problem: string }> {
  const chosen = chosenAddress(config, asked);
  if (typeof chosen === 'string') return { problem: chosen };
  const request = requestOf(asked, chosen.address);
  if (typeof request === 'string') return { problem: request };
  const trial = new Trial(config, asked, chosen, request, software, means);
  try {
    const { problem } = trial;
    return problem === '' ? await trial.run() : { problem };
  } finally {
    trial.close();
  }
}

/** One request to a server that is there for this request alone. */
class Trial {
  private readonly asked: Asked;
  private readonly chosen: ChosenAddress;
  private readonly steps = new Steps();
  private readonly system: TiedSystem;
  private readonly loop: Loop;
  private readonly engine: Engine;
  private readonly edition: HostedEdition;
  private readonly address: AddressEdition;
  private readonly request: OneRequest;
  private readonly handshake: ReturnType<typeof handshakeWith> | null;
  private seen: Seen | null = null;

  constructor(
    config: Config,
    asked: Asked,
    chosen: ChosenAddress,
    request: OneRequest,
    software: string,
    means: Means,
  ) {
    this.system = new TiedSystem(this.steps, means.paths ?? realSystem.paths);
    this.asked = asked;
    this.chosen = chosen;
    this.loop = openLoop(config);
    this.engine = new Engine(software, this.loop, this.system, means.markdown);
    const edition = new HostedEdition(config, this.engine);
    this.edition = edition;
    atOnce(edition.making());
    atOnce(edition.opening());
    edition.serve();
    const { servers } = chosen.address;
    const sites = servers.map((server) => {
      const site = edition.sites.find((each) => each.server === server);
      return new ShownSite(present(site, 'the site of a server'), (seen) => {
        this.seen = seen;
      });
    });
    this.address = new AddressEdition(sites, present(edition.services, 'open services'), edition);
    this.request = request;
    const { secure, protocol } = request;
    const named = secure === null ? null : this.address.siteOf(secure.serverName).server;
    this.handshake =
      named === null ? null : handshakeWith(named, secure?.serverName ?? '', protocol === 'h2');
  }

  /** Why the request does not come to the server; '' if it does. */
  get problem(): string {
    return this.handshake?.problem ?? '';
  }

  async run(): Promise<Explanation> {
    const { asked, chosen, steps, system } = this;
    for (const log of system.written.values()) log.take();
    steps.listen();
    const received = await this.serve();
    let way = steps.take();
    const logs = this.logs();
    const seen = this.last;
    const content = system.program === null ? await this.content(seen) : '';
    const { site, host } = seen;
    const { server } = site;
    if (seen.cache === 'hit') way = await this.without(site);
    const { location, path } = seen.cache === 'hit' ? this.last : seen;
    const answer = system.program === null ? readAnswer(received, this.request.protocol) : null;
    return {
      request: { method: asked.method, target: asked.target, from: asked.from },
      server: serverPart(chosen, server, host, this.handshake?.text ?? ''),
      location: locationPart(site, location, path),
      directives: directivesOf(server, location),
      steps: way,
      script: this.script,
      answer: answer === null ? null : { ...answer, bodyBytes: seen.bodySent, content },
      logs: system.program === null ? logs : [],
    };
  }

  close(): void {
    atOnce(this.edition.closing(null));
    this.engine.close();
    this.loop.dispose();
  }

  private serve(): Promise<Buffer> {
    return serveOne(this.loop, this.engine.clock, this.address, this.request);
  }

  /** The steps of a page that the cache has from the start: the same request, of a site without a cache. */
  private async without(site: ShownSite): Promise<ReturnType<Steps['take']>> {
    const { pages, server } = site;
    const { watches, compressor } = this.engine;
    site.pages = new Pages({ ...server, cacheSize: 0 }, watches, compressor, site.memory);
    this.steps.listen();
    await this.serve();
    site.pages = pages;
    return this.steps.take();
  }

  /** Where the content comes from, and what the cache has then: a second request shows it. */
  private async content({ site, path, status, cache }: Seen): Promise<string> {
    const { method } = this.asked;
    if ((method !== 'GET' && method !== 'HEAD') || !KEPT_MAYBE.has(status)) return '';
    if (cache !== 'hit') await this.serve();
    const kept = this.seen?.cache === 'hit';
    const first =
      cache === 'hit' ? 'the cache has it since the start' : cache === 'miss' ? 'read from the disk' : '';
    if (!kept) return first;
    const fresh = site.pages.opened?.peek(path)?.freshForMs ?? 0;
    const age = fresh > 0 ? `, and looks at the file again after ${fresh / 1000} s` : '';
    return `${first === '' ? '' : `${first}; `}from then on the cache answers until the file changes${age}`;
  }

  /** The end of the last request. */
  private get last(): Seen {
    return present(this.seen, 'the end of a request');
  }

  private get script(): Explanation['script'] {
    const { program } = this.system;
    if (program === null) return null;
    const { file, args, cwd, env } = program;
    const entries = env.map((entry) => (typeof entry === 'string' ? entry : Buffer.from(entry).toString()));
    const split = (entry: string) => [
      entry.slice(0, entry.indexOf('=')),
      entry.slice(entry.indexOf('=') + 1),
    ];
    return { file, args, cwd, env: Object.fromEntries(entries.map(split)) };
  }

  private logs(): Explanation['logs'] {
    return [...this.system.written.values()].flatMap((log) =>
      log
        .take()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => ({ path: log.path, line })),
    );
  }
}

/** The driver changes no answer, so any will do where that of the config is not available. */
function openLoop({ use }: Config): Loop {
  try {
    return Loop.open({ use: { name: use } });
  } catch {
    return Loop.open();
  }
}
