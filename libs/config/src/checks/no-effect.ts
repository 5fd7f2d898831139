// Warns of directives that can have no effect.

import type { Built, Draft } from '../build/draft.ts';
import { defaultValue, type Level, type Setting } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { lineOf } from '../diagnostics/position.ts';
import { DIRECTIVES, type DirectiveName, directiveNames } from '../directives/table.ts';
import { absolutePath } from '../disk/path.ts';
import { runsPrograms, startsScripts } from '../model/cgi-rules.ts';
import type { Listen, Location, Server } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import { fieldsWithoutEffect } from './fields.ts';

export function warnOfNoEffect(draft: Draft, problems: Problems): void {
  draft.servers.forEach((server, index) => {
    const locations = draft.locations[index];
    for (const location of locations) {
      if (location.value.redirection === null) besideDefaultFile(location, problems);
      else besideRedirection(location.level, problems);
    }
    serverDefaultFile(server.level, locations, problems);
    limits(server, locations, problems);
    listings(server.level, locations, problems);
    listingsAndRates(locations, problems);
    uploads(server.level, locations, problems);
    memory(draft.main, server, problems);
    posts(server.level, locations, problems);
    compression(server, locations, problems);
  });
  fieldsWithoutEffect(draft, problems);
  laterServers(draft, problems);
  logFormats(draft, problems);
  unusedFormats(draft, problems);
  names(draft, problems);
  addresses(draft, problems);
}

/** Fields are on every answer, a redirection included, and a redirection may be one to an error. */
const ON_REDIRECTIONS: ReadonlySet<string> = new Set([
  'header',
  'expires',
  'cors',
  'security_headers',
  'error',
]);

function besideRedirection(level: Level, problems: Problems): void {
  const winner = level.own('redirection') === null ? 'return' : 'redirection';
  for (const { directive, row } of [
    ...level.settings(),
    ...level.childrenOf('types').map((child) => child.opening),
  ]) {
    if (row.name === winner || ON_REDIRECTIONS.has(row.name)) continue;
    const message = `${quoted(row.name)} has no effect: ${quoted(winner)} overrides everything in its location`;
    problems.warn('never-effective', wordSpan(directive, -1), message);
  }
}

function besideDefaultFile({ level }: Built<Location>, problems: Problems): void {
  const listing = level.own('auto_index');
  if (listing?.value !== 'on' || level.own('default_file') === null) return;
  const message = '"auto_index" has no effect: this location has a "default_file" of its own';
  problems.warn('never-effective', wordSpan(listing.directive, -1), message);
}

/** With `auto_index on`, a server's `default_file` reaches only a location that turns `auto_index` off. */
function serverDefaultFile(server: Level, locations: readonly Built<Location>[], problems: Problems): void {
  const file = server.own('default_file');
  if (file === null || server.own('auto_index')?.value !== 'on') return;
  const used = locations.some(
    ({ level, value }) =>
      value.redirection === null && value.defaultFiles.length > 0 && level.own('default_file') === null,
  );
  if (used || locations.length === 0) return;
  const message = '"default_file" has no effect: "auto_index" is on wherever it would be inherited';
  problems.warn('never-effective', wordSpan(file.directive, -1), message);
}

function limits(
  { value, level }: Built<Server>,
  locations: readonly Built<Location>[],
  problems: Problems,
): void {
  const entry = level.own('cache_entry');
  if (entry !== null && value.cacheEntry > value.cacheSize && !isDefault(entry, 'cache_entry')) {
    const message = `no file of this size can be kept: "cache_size" is ${value.cacheSize}`;
    problems.warn('unreachable-limit', wordSpan(entry.directive, 0), message);
  }
  const max = level.own('max_cgi');
  if (max !== null && value.maxCgi > value.maxConnect && !isDefault(max, 'max_cgi')) {
    const message = `this limit is never reached: "max_connect" is ${value.maxConnect}`;
    problems.warn('unreachable-limit', wordSpan(max.directive, 0), message);
  }
  const perAddress = level.own('max_connect_per_address');
  if (perAddress !== null && Number(value.maxConnectPerAddress) > value.maxConnect) {
    const message = `this limit is never reached: "max_connect" is ${value.maxConnect}`;
    problems.warn('unreachable-limit', wordSpan(perAddress.directive, 0), message);
  }
  const uri = level.own('max_uri');
  if (uri !== null && value.maxUri > value.maxHeader && !isDefault(uri, 'max_uri')) {
    const message = `no target can be this long: "max_header", which includes it, is ${value.maxHeader}`;
    problems.warn('unreachable-limit', wordSpan(uri.directive, 0), message);
  }
  bodySize(level, value, problems);
  for (const location of locations) bodySize(location.level, value, problems);
  const runsCgi = locations.some(({ value: each }) => startsScripts(each));
  for (const name of ['max_cgi', 'cgi_queue'] as const) {
    if (!runsCgi) neverActs(level.own(name), name, 'no location of this server has a "cgi"', problems);
  }
  for (const name of ['cgi_spool', 'runs'] as const) {
    if (!runsCgi) neverActs(level.own(name), name, 'no location of this server has a "cgi"', problems);
  }
  for (const location of locations) {
    if (startsScripts(location.value) || location.value.redirection !== null) continue;
    for (const name of ['cgi_timeout', 'cgi_spool', 'runs'] as const) {
      neverActs(location.level.own(name), name, 'this location has no "cgi"', problems);
    }
  }
}

function bodySize(level: Level, { tempDisk }: Server, problems: Problems): void {
  const own = level.own('body_size');
  if (own === null || own.value <= tempDisk) return;
  const message = `no body of this size can be stored: "temp_disk" is ${tempDisk}`;
  problems.warn('unreachable-limit', wordSpan(own.directive, 0), message);
}

function listings(server: Level, locations: readonly Built<Location>[], problems: Problems): void {
  if (locations.some(({ value }) => value.autoIndex !== 'off' && value.redirection === null)) return;
  neverActs(server.own('max_listings'), 'max_listings', 'no location of this server lists folders', problems);
}

const LISTED = ['archive', 'auto_index_readme', 'auto_index_theme'] as const;

/** Only what is listed has a README, a theme, and is packed. What leaves before a limit counts is nothing without a limit. */
function listingsAndRates(locations: readonly Built<Location>[], problems: Problems): void {
  for (const { level, value } of locations) {
    if (value.redirection === null && value.autoIndex === 'off') {
      for (const name of LISTED) neverActs(level.own(name), name, 'this location lists no folders', problems);
    }
    if (value.redirection === null && value.limitRate === 0)
      neverActs(level.own('limit_rate_after'), 'limit_rate_after', '"limit_rate" is 0 here', problems);
  }
}

function uploads(server: Level, locations: readonly Built<Location>[], problems: Problems): void {
  const serving = locations.filter(({ value }) => value.redirection === null);
  if (serving.some(({ value }) => value.uploadPath !== null || value.putRoot !== null)) return;
  neverActs(server.own('max_uploads'), 'max_uploads', 'nothing can be uploaded', problems);
  if (serving.some(({ value }) => runsPrograms(value))) return;
  neverActs(server.own('temp_disk'), 'temp_disk', 'no location of this server stores a body', problems);
}

function memory(main: Level, { value, level }: Built<Server>, problems: Problems): void {
  const entry = level.own('cache_entry');
  // Files are loaded only while at most three quarters of it are used.
  const loadable = (value.memoryLimit / 4) * 3;
  if (entry !== null && value.cacheEntry > loadable && value.cacheEntry <= value.cacheSize) {
    const message = `no file of this size is loaded: "memory_limit" is ${value.memoryLimit}, which leaves ${loadable} for it`;
    problems.warn('unreachable-limit', wordSpan(entry.directive, 0), message);
  }
  const own = level.own('memory_limit');
  const all = main.own('memory_limit');
  if (own === null || all === null || value.memoryLimit <= all.value) return;
  const message = `this limit is never reached: "memory_limit" of all servers together is ${all.value}`;
  problems.warn('unreachable-limit', wordSpan(own.directive, 0), message);
}

export function neverActs(
  setting: Setting | null,
  name: DirectiveName,
  why: string,
  problems: Problems,
): void {
  if (setting === null || isDefault(setting, name)) return;
  problems.warn('never-effective', wordSpan(setting.directive, -1), `${quoted(name)} has no effect: ${why}`);
}

/** A setting that repeats the default changes nothing, so there is nothing to warn of. */
function isDefault(setting: Setting, name: DirectiveName): boolean {
  const { default: text } = DIRECTIVES[name];
  if (text === null) return false;
  const usual = defaultValue<unknown>(DIRECTIVES[name]);
  // A list of words is read anew each time.
  return setting.value === usual || (Array.isArray(usual) && String(setting.value) === String(usual));
}

/** A POST needs a folder for its body or a script. Options of uploads need a POST. */
function posts(server: Level, locations: readonly Built<Location>[], problems: Problems): void {
  const warned = new Set<Setting>();
  for (const { level, value } of locations) {
    if (value.redirection !== null) continue;
    const accepts = value.methods.has('POST');
    if (accepts && value.uploadPath === null && !runsPrograms(value)) {
      const setting = level.own('method') ?? server.own('method');
      if (setting === null || warned.has(setting)) continue;
      warned.add(setting);
      const index = setting.directive.args.findIndex((arg) => arg.text === 'POST');
      const message = `a POST to ${quoted(value.path.text)} has nowhere to go: there is no "upload_path" and no "cgi"`;
      problems.warn('post-without-target', wordSpan(setting.directive, index), message);
    }
    if (accepts) continue;
    neverActs(level.own('upload_overwrite'), 'upload_overwrite', 'this location allows no POST', problems);
    if (value.putRoot === null)
      neverActs(level.own('upload_fsync'), 'upload_fsync', 'this location stores no body', problems);
  }
}

/** Types and sizes need `compress`, and `compress` needs the cache. */
function compression(
  { value: server, level: around }: Built<Server>,
  locations: readonly Built<Location>[],
  problems: Problems,
): void {
  for (const { level, value } of locations) {
    if (value.redirection !== null || value.compress.length > 0 || value.compressScripts.length > 0) continue;
    for (const name of ['compress_types', 'compress_min'] as const) {
      neverActs(level.own(name), name, '"compress" is off here', problems);
    }
  }
  if (server.cacheSize > 0 && server.cacheEntry > 0) return;
  for (const level of [around, ...locations.map((location) => location.level)]) {
    const setting = level.own('compress');
    if (setting !== null && setting.value.length > 0)
      neverActs(setting, 'compress', 'this server has no cache', problems);
    const etag = level.own('etag');
    if (etag?.value === 'content') neverActs(etag, 'etag', 'this server has no cache', problems);
  }
}

const FIRST_ONLY = directiveNames().filter((name) => DIRECTIVES[name].firstOnly);

/** The first server of an address decides what acts before the host is known. */
function laterServers(draft: Draft, problems: Problems): void {
  const taken = new Map<string, Server>();
  for (const { value, level } of draft.servers) {
    const others = value.listens.map(({ key }) => taken.get(key));
    for (const { key } of value.listens) if (!taken.has(key)) taken.set(key, value);
    const [first] = others;
    if (first === undefined || others.includes(undefined)) continue;
    for (const name of FIRST_ONLY) {
      const own = level.own(name);
      if (own === null) continue;
      const why = `the server at ${lineOf(first.at)} is the first on its address and decides it`;
      neverActs(own, name, why, problems);
    }
  }
}

/** A format that no server writes. */
function unusedFormats(draft: Draft, problems: Problems): void {
  if (draft.servers.some(({ level }) => level.damaged)) return;
  const used = new Set(draft.servers.map(({ value }) => value.accessLog?.format));
  for (const setting of draft.main.all('log_format')) {
    if (!used.has(setting.value))
      neverActs(setting, 'log_format', 'no access_log names this format', problems);
  }
}

/** Servers that name one file share it, and no program can read lines of two formats. */
function logFormats(draft: Draft, problems: Problems): void {
  for (const name of ['access_log', 'error_log'] as const) {
    const formats = new Map<string, { readonly format: string; readonly setting: Setting }>();
    for (const level of [draft.main, ...draft.servers.map((server) => server.level)]) {
      const setting = level.own(name);
      if (setting === null || setting.value === null || setting.value.syslog !== null) continue;
      const { path, format } = setting.value;
      const file = absolutePath(setting.directive.source.folder, path);
      const first = formats.get(file);
      if (first === undefined) formats.set(file, { format, setting });
      else if (first.format !== format && file !== '/dev/null') {
        const { source, name: said } = first.setting.directive;
        const place = source.position(said.start, said.end);
        const other = `${first.format} at ${lineOf(place)}`;
        const message = `${quoted(path)} gets lines of two formats: ${format} here, ${other}`;
        problems.warn('mixed-formats', wordSpan(setting.directive, 0), message, {
          expected: 'one format, or a file for each',
        });
      }
    }
  }
}

/** Names are looked up by address. The first server that has a name keeps it. */
function names(draft: Draft, problems: Problems): void {
  const taken = new Map<string, Server>();
  const reachable = new Set<Server>();
  const defaults = new Set<string>();
  for (const { value: server, level } of draft.servers) {
    for (const { key } of server.listens) {
      if (!defaults.has(key)) reachable.add(server);
      defaults.add(key);
    }
    for (const setting of level.all('server_name')) {
      setting.value.forEach((name, index) => {
        const holders = server.listens.map(({ key }) => {
          const address = `${key} ${name.toLowerCase()}`;
          const holder = taken.get(address);
          if (holder === undefined) taken.set(address, server);
          return holder;
        });
        if (holders.includes(undefined)) reachable.add(server);
        const holder = holders.find((other) => other !== undefined);
        if (holder === undefined) return;
        const first = holder === server ? 'this server' : `the server at ${lineOf(holder.at)}`;
        const all = holders.includes(undefined) ? ' on one of its addresses' : '';
        const message = `${quoted(name)} never matches here${all}: ${first} already has it`;
        problems.warn('shadowed-name', wordSpan(setting.directive, index), message);
      });
    }
  }
  for (const { value: server, level } of draft.servers) {
    if (reachable.has(server) || level.damaged) continue;
    const message =
      'no request reaches this server: it is not the first on any address, and has no name of its own there';
    problems.warn('unreachable-server', wordSpan(level.opening.directive, -1), message, {
      expected: 'a "server_name", or another "listen"',
    });
  }
}

const WILDCARDS: readonly string[] = ['0.0.0.0', '::'];

/** Linux refuses to bind one address of a port that is bound for all addresses. */
function addresses(draft: Draft, problems: Problems): void {
  const wild = new Map<string, Listen>();
  const port = (listen: Listen) => `${listen.family} ${listen.port}`;
  for (const { value } of draft.servers) {
    for (const listen of value.listens) {
      if (WILDCARDS.includes(listen.host) && listen.port !== 0) wild.set(port(listen), listen);
    }
  }
  const warned = new Set<string>();
  for (const { level } of draft.servers) {
    for (const { value, directive } of level.all('listen')) {
      const other = wild.get(port(value));
      if (other === undefined || WILDCARDS.includes(value.host) || warned.has(value.key)) continue;
      warned.add(value.key);
      const message = `the system may refuse ${value.key} beside ${other.key}, which takes every address of the port`;
      problems.warn('listen-overlap', wordSpan(directive, 0), message);
    }
  }
}
