// Turns levels of settings into a Config: it applies inheritance and makes paths absolute. It does no I/O: it returns
// what must be true of the disk as claims.

import { Problems, quoted } from '../diagnostics/diagnostic.ts';
import { lineOf } from '../diagnostics/position.ts';
import { DIRECTIVES } from '../directives/table.ts';
import { absolutePath } from '../disk/path.ts';
import { CHALLENGES } from '../model/challenges.ts';
import { pathWords } from '../model/location-path.ts';
import type { LogFormat } from '../model/log-format.ts';
import type { Config, Listen, Location, Origins, Scope, Server } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import { buildAcme, buildAcmeStore, challengeLocation, keptCertificate } from './acme.ts';
import { buildAdmin } from './admin.ts';
import { settleErrors } from './answers/errors.ts';
import { buildLocation, buildRewrites } from './build-location.ts';
import type { Built, Draft, Surroundings } from './draft.ts';
import { originsWithin } from './layered-origins.ts';
import { DEFAULT_ORIGIN, defaultValue, Level, originOf } from './level.ts';
import { LevelReader } from './level-reader.ts';
import { buildAccessLog, buildLogFormats } from './logs.ts';
import { mergeTypes } from './media-types.ts';
import { ownClaims } from './own-claims.ts';
import { buildScope } from './scope.ts';
import { buildTicketKeys, buildTls } from './tls.ts';

/** Builds everything that the levels allow, and reports what is missing. */
export function build(main: Level, file: string, around: Surroundings): Draft {
  const reader = new LevelReader(main);
  const types = mergeTypes(new Map(), main, reader, around.problems);
  const acmeStore = buildAcmeStore(main, reader);
  around.claims.push(...ownClaims(main));
  const logFormats = buildLogFormats(main, reader, around);
  const bare = { types, origins: originsWithin(main), logFormats, plain: null };
  const outside = { ...bare, plain: plainServer(main, bare, around) };
  const servers: Built<Server>[] = [];
  const locations: (readonly Built<Location>[])[] = [];
  for (const level of main.childrenOf('server')) {
    const built = buildServer(level, servers.length, outside, acmeStore, around);
    servers.push({ value: built.server, level });
    locations.push(built.locations);
  }
  const config: Config = {
    file,
    use: reader.take('use'),
    user: reader.takeIfAny('user')?.value ?? null,
    logFormats,
    errorLog: reader.log('error_log'),
    stopTimeout: reader.take('stop_timeout'),
    drainDelay: reader.take('drain_delay'),
    workers: reader.take('workers'),
    admin: buildAdmin(
      main,
      reader,
      (level) => buildServer(level, servers.length, outside, null, around).server,
      around,
    ),
    pid: buildPid(main, reader, around),
    memoryLimit: memoryOfAll(main, reader.take('memory_limit'), servers),
    ticketKeys: buildTicketKeys(main, reader, around),
    acmeStore,
    servers: servers.map((built) => built.value),
    origins: reader.origins,
  };
  return { config, main, servers, locations };
}

/** Only the folder must be there: after the start, the account of the server may not be able to write the file. */
function buildPid(main: Level, reader: LevelReader, around: Surroundings): string | null {
  const setting = main.own('pid');
  if (setting === null) return null;
  reader.mark('pid', originOf(setting, main));
  const { source } = setting.directive;
  const path = absolutePath(source.folder, setting.value);
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  around.claims.push({ need: 'folder', path: folder, at: wordSpan(setting.directive, 0) });
  return path;
}

/** If the main level sets no limit, a server that sets more than the default gets what it sets. */
function memoryOfAll(main: Level, limit: number, servers: readonly Built<Server>[]): number {
  if (main.own('memory_limit') !== null) return limit;
  return Math.max(limit, ...servers.map(({ value }) => value.memoryLimit));
}

/** What servers take from the main level. */
interface Outside {
  readonly types: ReadonlyMap<string, string>;
  readonly origins: Origins;
  readonly logFormats: readonly LogFormat[];
  /** A server that sets nothing: the others have the same objects as far as they set nothing. */
  readonly plain: Server | null;
}

/** Null without a server. What it would report or claim is that of the others. */
function plainServer(main: Level, outside: Outside, around: Surroundings): Server | null {
  const [first] = main.childrenOf('server');
  if (first === undefined) return null;
  const level = new Level('server', main, first.opening);
  // It has no location, and need have none.
  level.damaged = true;
  return buildServer(level, 0, outside, null, { ...around, problems: new Problems(), claims: [] }).server;
}

function buildServer(
  level: Level,
  id: number,
  outside: Outside,
  acmeStore: string | null,
  around: Surroundings,
): { server: Server; locations: readonly Built<Location>[] } {
  const reader = new LevelReader(level, outside.origins);
  const opener = level.opening.directive;
  const types = mergeTypes(outside.types, level, reader, around.problems);
  const { plain } = outside;
  const base = buildScope(reader, types, plain?.base);
  around.claims.push(...ownClaims(level));
  const listens = buildListens(level, reader, around);
  const locations = buildLocations(level, base, reader.origins, around);
  settleErrors(level, locations, around);
  const named = level.all('server_name');
  if (named.length > 0) reader.mark('server_name', originOf(named[0], level));
  const names = named.flatMap((setting) => setting.value);
  const acme = buildAcme(level, reader);
  const store = acme === null ? null : acmeStore;
  const tls = buildTls(level, reader, plain?.tls, around);
  const server: Server = {
    id,
    listens,
    names,
    locations: [
      ...locations.map((built) => built.value),
      ...(store === null || locations.some(({ value }) => value.path.text === CHALLENGES)
        ? []
        : [challengeLocation(locations.length, store, base, level, reader)]),
    ],
    rewrites: buildRewrites(level, reader),
    tls:
      store === null ? tls : { ...tls, certificates: [...tls.certificates, keptCertificate(store, names)] },
    acme,
    guarded: locations.some(({ value }) => value.guard !== null),
    realIp: reader.take('real_ip', plain?.realIp),
    requestId: reader.take('request_id', plain?.requestId),
    hsts: reader.take('hsts', plain?.hsts),
    redirectHttps: reader.take('redirect_https', plain?.redirectHttps),
    maxConnect: reader.take('max_connect', plain?.maxConnect),
    maxHeader: reader.take('max_header', plain?.maxHeader),
    maxHeaders: reader.take('max_headers', plain?.maxHeaders),
    maxUri: reader.take('max_uri', plain?.maxUri),
    maxConnectPerAddress: reader.take('max_connect_per_address', plain?.maxConnectPerAddress),
    maxPipeline: reader.take('max_pipeline', plain?.maxPipeline),
    keepaliveRequests: reader.take('keepalive_requests', plain?.keepaliveRequests),
    maxCgi: reader.take('max_cgi', plain?.maxCgi),
    cgiQueue: reader.take('cgi_queue', plain?.cgiQueue),
    maxUploads: reader.take('max_uploads', plain?.maxUploads),
    maxSharePerAddress: reader.take('max_share_per_address', plain?.maxSharePerAddress),
    tempDisk: reader.take('temp_disk', plain?.tempDisk),
    maxListings: reader.take('max_listings', plain?.maxListings),
    memoryLimit: reader.take('memory_limit', plain?.memoryLimit),
    cacheSize: reader.take('cache_size', plain?.cacheSize),
    cacheEntry: reader.take('cache_entry', plain?.cacheEntry),
    accessLog: buildAccessLog(level, reader, outside.logFormats, around),
    errorLog: plain === null || reader.sets(['error_log']) ? reader.log('error_log') : plain.errorLog,
    types,
    timeouts: base.timeouts,
    base,
    at: opener.source.position(opener.name.start, opener.name.end),
    origins: reader.origins,
  };
  return { server, locations };
}

function buildListens(level: Level, reader: LevelReader, around: Surroundings): Listen[] {
  const settings = level.all('listen');
  if (settings.length === 0) {
    const listen = defaultValue(DIRECTIVES.listen);
    reader.mark(`listen ${listen.key}`, DEFAULT_ORIGIN);
    return [listen];
  }
  const listens: Listen[] = [];
  for (const setting of settings) {
    const { value, directive } = setting;
    const at = wordSpan(directive, 0);
    let listen = value;
    if (value.family === 'unix') {
      const path = absolutePath(directive.source.folder, value.path);
      listen = { ...value, path, key: `unix:${path}` };
      around.claims.push({ need: 'socket', path, at });
    }
    if (listens.some((other) => other.key === listen.key)) {
      around.problems.error('duplicate-value', at, `this server already listens on ${listen.key}`);
      continue;
    }
    listens.push(listen);
    reader.mark(`listen ${listen.key}`, originOf(setting, level));
  }
  return listens;
}

function buildLocations(
  server: Level,
  base: Scope,
  origins: Origins,
  around: Surroundings,
): Built<Location>[] {
  const built: Built<Location>[] = [];
  const first = new Map<string, Location>();
  for (const level of server.childrenOf('location')) {
    const location = buildLocation(level, built.length, base, origins, around);
    const key = pathWords(location.path).join(' ');
    const before = first.get(key);
    if (before !== undefined) {
      const message = `${quoted(key)} is already a location, at ${lineOf(before.at)}`;
      around.problems.error('duplicate-location', wordSpan(level.opening.directive, 0), message);
      continue;
    }
    first.set(key, location);
    built.push({ value: location, level });
  }
  if (!first.has('/') && !server.damaged) {
    const message = 'this server has no location for "/"';
    around.problems.error('missing-location', wordSpan(server.opening.directive, -1), message, {
      expected: '"location / { }" in every server',
    });
  }
  return built;
}
