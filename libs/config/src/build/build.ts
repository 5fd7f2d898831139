// Turns levels of settings into a Config: it applies inheritance and makes paths absolute. It does no I/O: it returns
// what must be true of the disk as claims.

import { quoted } from '../diagnostics/diagnostic.ts';
import { lineOf } from '../diagnostics/position.ts';
import { DIRECTIVES } from '../directives/table.ts';
import { absolutePath } from '../disk/path.ts';
import type { Config, Listen, Location, Origins, Server } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import { buildLocation } from './build-location.ts';
import type { Built, Draft, Surroundings } from './draft.ts';
import { ownClaims, Taker } from './inherit.ts';
import { DEFAULT_ORIGIN, defaultValue, type Level, originOf } from './level.ts';
import { mergeTypes } from './media-types.ts';
import { buildScope } from './scope.ts';

/** Builds everything that the levels allow, and reports what is missing. */
export function build(main: Level, file: string, around: Surroundings): Draft {
  const taker = new Taker(main);
  const types = mergeTypes(new Map(), main, taker, around.problems);
  around.claims.push(...ownClaims(main));
  const servers: Built<Server>[] = [];
  const locations: (readonly Built<Location>[])[] = [];
  for (const level of main.childrenOf('server')) {
    const built = buildServer(level, servers.length, types, around);
    servers.push({ value: built.server, level });
    locations.push(built.locations);
  }
  const config: Config = {
    file,
    use: taker.take('use'),
    user: taker.takeIfAny('user')?.value ?? null,
    errorLog: taker.log('error_log'),
    stopTimeout: taker.take('stop_timeout'),
    memoryLimit: memoryOfAll(main, taker.take('memory_limit'), servers),
    servers: servers.map((built) => built.value),
    origins: taker.origins,
  };
  return { config, main, servers, locations };
}

/** If the main level sets no limit, a server that sets more than the default gets what it sets. */
function memoryOfAll(main: Level, limit: number, servers: readonly Built<Server>[]): number {
  if (main.own('memory_limit') !== null) return limit;
  return Math.max(limit, ...servers.map(({ value }) => value.memoryLimit));
}

function buildServer(
  level: Level,
  id: number,
  outerTypes: ReadonlyMap<string, string>,
  around: Surroundings,
): { server: Server; locations: readonly Built<Location>[] } {
  const taker = new Taker(level);
  const opener = level.opening.directive;
  const types = mergeTypes(outerTypes, level, taker, around.problems);
  const base = buildScope(taker, types);
  around.claims.push(...ownClaims(level));
  const listens = buildListens(level, taker, around);
  const errorPages = buildErrorPages(level, taker, around);
  const locations = buildLocations(level, types, taker.origins, around);
  const names = level.all('server_name');
  if (names.length > 0) taker.mark('server_name', originOf(names[0], level));
  const server: Server = {
    id,
    listens,
    names: names.flatMap((setting) => setting.value),
    locations: locations.map((built) => built.value),
    maxConnect: taker.take('max_connect'),
    maxHeader: taker.take('max_header'),
    maxHeaders: taker.take('max_headers'),
    maxUri: taker.take('max_uri'),
    maxConnectPerAddress: taker.take('max_connect_per_address'),
    maxPipeline: taker.take('max_pipeline'),
    keepaliveRequests: taker.take('keepalive_requests'),
    maxCgi: taker.take('max_cgi'),
    cgiQueue: taker.take('cgi_queue'),
    maxUploads: taker.take('max_uploads'),
    maxSharePerAddress: taker.take('max_share_per_address'),
    tempDisk: taker.take('temp_disk'),
    maxListings: taker.take('max_listings'),
    memoryLimit: taker.take('memory_limit'),
    cacheSize: taker.take('cache_size'),
    cacheEntry: taker.take('cache_entry'),
    errorPages,
    accessLog: taker.log('access_log'),
    errorLog: taker.log('error_log'),
    types,
    timeouts: base.timeouts,
    base,
    at: opener.source.position(opener.name.start, opener.name.end),
    origins: taker.origins,
  };
  return { server, locations };
}

function buildListens(level: Level, taker: Taker, around: Surroundings): Listen[] {
  const settings = level.all('listen');
  if (settings.length === 0) {
    const listen = defaultValue(DIRECTIVES.listen);
    taker.mark(`listen ${listen.key}`, DEFAULT_ORIGIN);
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
    taker.mark(`listen ${listen.key}`, originOf(setting, level));
  }
  return listens;
}

function buildErrorPages(level: Level, taker: Taker, around: Surroundings): Map<number, string> {
  const pages = new Map<number, string>();
  for (const setting of level.all('error')) {
    const { directive } = setting;
    setting.value.forEach(([code, written], index) => {
      if (pages.has(code)) {
        const message = `the page for ${code} is already set`;
        around.problems.error('duplicate-value', wordSpan(directive, index * 2), message);
        return;
      }
      const path = absolutePath(directive.source.folder, written);
      pages.set(code, path);
      taker.mark(`error ${code}`, originOf(setting, level));
      around.claims.push({ need: 'file', path, at: wordSpan(directive, index * 2 + 1) });
    });
  }
  return pages;
}

function buildLocations(
  server: Level,
  types: ReadonlyMap<string, string>,
  origins: Origins,
  around: Surroundings,
): Built<Location>[] {
  const built: Built<Location>[] = [];
  const first = new Map<string, Location>();
  for (const level of server.childrenOf('location')) {
    const location = buildLocation(level, built.length, types, origins, around);
    const before = first.get(location.prefix);
    if (before !== undefined) {
      const message = `${quoted(location.prefix)} is already a location, at ${lineOf(before.at)}`;
      around.problems.error('duplicate-location', wordSpan(level.opening.directive, 0), message);
      continue;
    }
    first.set(location.prefix, location);
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
