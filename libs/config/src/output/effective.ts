// Prints the config in force as a config, with the place that each value comes from. The result loads to the same
// Config.

import type { DirectiveName } from '../directives/table.ts';
import type { RateLimit } from '../model/access.ts';
import { cgiKey, readsFiles, startsScripts } from '../model/cgi-rules.ts';
import { pathWords } from '../model/location-path.ts';
import { rewriteKey, rewriteWords } from '../model/rewrite.ts';
import { fallbackText } from '../model/tries.ts';
import type {
  Admin,
  Application,
  ApplicationAddress,
  CgiRule,
  Config,
  ErrorLogTarget,
  Hsts,
  Listen,
  Location,
  LogTarget,
  Mount,
  Origins,
  RealIp,
  Scope,
  Server,
} from '../model/types.ts';
import { word } from '../syntax/print.ts';
import { clean, source, Writer } from './effective-writer.ts';
import { writeErrors } from './error-lines.ts';
import { fieldLines } from './field-lines.ts';
import { writeListing } from './listing-lines.ts';

export interface EffectiveOptions {
  /** False leaves out the defaults. */
  readonly defaults?: boolean;
}

/** Returns the whole config as text. */
export function effective(config: Config, options: EffectiveOptions = {}): string {
  const out = new Writer(options.defaults ?? true);
  out.line(`# ${clean(config.file)}`);
  out.value('use', config.use, config.origins);
  if (config.user !== null) out.value('user', word(config.user), config.origins);
  for (const format of config.logFormats) {
    const { name, escape: escaping, text } = format;
    const args = `${name}${escaping === 'json' ? ' escape=json' : ''} ${word(text)}`;
    out.value('log_format', args, config.origins, true, `log_format ${name}`);
  }
  out.value('error_log', errorLog(config.errorLog), config.origins);
  out.value('stop_timeout', time(config.stopTimeout), config.origins);
  out.value('drain_delay', time(config.drainDelay), config.origins);
  out.value('workers', String(config.workers), config.origins);
  if (config.admin !== null) out.value('admin', adminText(config.admin), config.origins);
  if (config.pid !== null) out.value('pid', word(config.pid), config.origins);
  out.value('memory_limit', size(config.memoryLimit), config.origins);
  if (config.ticketKeys !== null) out.value('ticket_keys', word(config.ticketKeys), config.origins);
  if (config.acmeStore !== null) out.value('acme_store', word(config.acmeStore), config.origins);
  for (const server of config.servers) writeServer(out, server);
  return out.text;
}

export function writeServer(out: Writer, server: Server): void {
  const { origins } = server;
  out.line('');
  out.open('server');
  for (const listen of server.listens) {
    out.value('listen', listenText(listen), origins, true, `listen ${listen.key}`);
  }
  if (server.names.length > 0) out.value('server_name', server.names.map(word).join(' '), origins);
  writeTls(out, server);
  writeRewrites(out, server);
  // Beside "auto_index on" a default file has no effect. Without it nothing is lost, and there is no warning.
  const lists = server.base.autoIndex === 'on' && origins.get('default_file')?.level === 'default';
  writeScope(out, lists ? { ...server.base, defaultFiles: [] } : server.base, origins, ALL_ACT);
  out.value('max_header', size(server.maxHeader), origins);
  out.value('max_headers', String(server.maxHeaders), origins);
  out.value('max_uri', size(server.maxUri), origins);
  out.value('max_connect', String(server.maxConnect), origins);
  out.value('max_connect_per_address', String(server.maxConnectPerAddress), origins);
  out.value('max_pipeline', String(server.maxPipeline), origins);
  out.value('keepalive_requests', String(server.keepaliveRequests), origins);
  out.value('max_cgi', String(server.maxCgi), origins);
  out.value('cgi_queue', String(server.cgiQueue), origins);
  out.value('max_uploads', String(server.maxUploads), origins);
  out.value('max_share_per_address', String(server.maxSharePerAddress), origins);
  out.value('temp_disk', size(server.tempDisk), origins);
  out.value('max_listings', String(server.maxListings), origins);
  out.value('memory_limit', size(server.memoryLimit), origins);
  out.value('cache_size', size(server.cacheSize), origins);
  out.value('cache_entry', size(server.cacheEntry), origins);
  out.value('header_timeout', time(server.timeouts.header), origins);
  out.value('real_ip', realIpText(server.realIp), origins);
  out.value('request_id', server.requestId, origins);
  out.value('access_log', accessLog(server.accessLog), origins);
  out.value('error_log', errorLog(server.errorLog), origins);
  // The location of challenges comes with acme.
  for (const location of server.locations) if (location.origins !== origins) writeLocation(out, location);
  out.close();
}

/** On a server without a tls address these have no effect: only those that it sets itself are written. */
function writeTls(out: Writer, { tls, acme, hsts, redirectHttps, listens, origins }: Server): void {
  const secure = listens.some((listen) => listen.tls);
  const write = (name: DirectiveName, args: string) => {
    if (secure || origins.get(name)?.level === 'server') out.value(name, args, origins);
  };
  if (acme !== null) out.value('acme', `${word(acme.email)} directory=${acme.directory}`, origins);
  for (const { chain, key } of tls.certificates) {
    // The one of acme has no directive of its own.
    if (origins.get(`certificate ${chain}`) === undefined) continue;
    out.value('certificate', `${word(chain)} ${word(key)}`, origins, true, `certificate ${chain}`);
  }
  write('tls_versions', tls.versions.join(' '));
  write('tls_ciphers', tls.ciphers.join(' '));
  write('http2', flag(tls.http2));
  const { clients } = tls;
  const asked =
    clients === null ? 'off' : `${word(clients.authorities)} ${clients.required ? 'required' : 'optional'}`;
  write('client_certificates', asked);
  write('hsts', hstsText(hsts));
  write('redirect_https', flag(redirectHttps));
}

function hstsText(hsts: Hsts | null): string {
  if (hsts === null) return 'off';
  return `${hsts.maxAge}s${hsts.subdomains ? ' subdomains' : ''}${hsts.preload ? ' preload' : ''}`;
}

export function writeLocation(out: Writer, location: Location): void {
  const { origins, redirection } = location;
  out.line('');
  out.open(['location', ...pathWords(location.path).map(word)].join(' '));
  if (redirection !== null) {
    const { status, url, text } = redirection;
    if (url !== '') out.value('redirection', `${status} ${word(url)}`, origins);
    else out.value('return', text === null ? String(status) : `${status} ${word(text)}`, origins);
    writeErrors(out, location.errors, origins);
    writeFields(out, location, origins);
    out.close();
    return;
  }
  writeRewrites(out, location);
  const sendsFiles = location.mount === null && !location.cgi.some(({ kind }) => kind === 'all');
  const own = (name: DirectiveName) => origins.get(name)?.level === 'location';
  writeScope(out, location, origins, {
    head: readsFiles(location) || own('head'),
    // An inherited default file need not exist. As the location's own it would have to.
    defaultFile: own('default_file'),
    // The same holds for the page of an application.
    spa: own('spa') || location.spa === '',
    uploads:
      location.methods.has('POST') ||
      location.putRoot !== null ||
      own('upload_overwrite') ||
      own('upload_fsync'),
    cgi: startsScripts(location),
    uploadInert: location.uploadInert || own('upload_inert'),
    cgiUploads: location.cgi.length > 0 || own('cgi_uploads'),
    types: own('types'),
    listing: location.autoIndex !== 'off',
    rateAfter: location.limitRate > 0 || own('limit_rate_after'),
    precompressed: (sendsFiles && !storesInRoot(location)) || own('precompressed'),
    compresses: sendsFiles || own('compress'),
    compress:
      location.compress.length > 0 ||
      (location.compressScripts.length > 0 && location.cgi.length > 0) ||
      own('compress_types') ||
      own('compress_min'),
  });
  if (location.mount !== null) writeMount(out, location.mount, origins);
  for (const rule of location.application === null && location.mount === null ? location.cgi : []) {
    const application = rule.kind === 'extension' ? rule.application : null;
    const key = `cgi ${cgiKey(rule)}`;
    if (application === null) out.value('cgi', cgi(rule), origins, true, key);
    else out.value('fastcgi', `${addresses(application)} ${word(cgiKey(rule))}`, origins, true, key);
  }
  if (location.application !== null) out.value('fastcgi', addresses(location.application), origins);
  out.close();
}

function writeRewrites(out: Writer, { rewrites, origins }: Server | Location): void {
  for (const rule of rewrites)
    out.value('rewrite', rewriteWords(rule).map(word).join(' '), origins, true, rewriteKey(rule));
}

function writeMount(out: Writer, { file, ext, interpreter, application }: Mount, origins: Origins): void {
  out.value('script', word(file), origins);
  const key = ext === '' ? 'fastcgi' : `cgi ${ext}`;
  if (interpreter !== '') out.value('cgi', `${word(ext)} ${word(interpreter)}`, origins, true, key);
  if (application === null) return;
  const words = ext === '' ? addresses(application) : `${addresses(application)} ${word(ext)}`;
  out.value('fastcgi', words, origins, true, key);
}

function storesInRoot({ root, uploadPath, putRoot }: Location): boolean {
  if (putRoot !== null) return true;
  return uploadPath !== null && (root === uploadPath || root.startsWith(`${uploadPath}/`));
}

interface Acts {
  readonly head: boolean;
  readonly defaultFile: boolean;
  readonly spa: boolean;
  readonly uploads: boolean;
  readonly cgi: boolean;
  readonly uploadInert: boolean;
  readonly cgiUploads: boolean;
  readonly types: boolean;
  readonly rateAfter: boolean;
  readonly listing: boolean;
  readonly precompressed: boolean;
  readonly compresses: boolean;
  /** `compress_types` and `compress_min`. */
  readonly compress: boolean;
}

const ALL_ACT: Acts = {
  head: true,
  defaultFile: true,
  spa: true,
  uploads: true,
  cgi: true,
  uploadInert: true,
  cgiUploads: true,
  types: true,
  rateAfter: true,
  listing: true,
  precompressed: true,
  compresses: true,
  compress: true,
};

function writeScope(out: Writer, scope: Scope, origins: Origins, acts: Acts): void {
  if (scope.root !== '') out.value('root', word(scope.root), origins);
  if (scope.defaultFiles.length > 0)
    out.value('default_file', scope.defaultFiles.map(word).join(' '), origins, acts.defaultFile);
  out.value('auto_index', scope.autoIndex, origins);
  writeListing(out, scope, origins, acts.listing);
  const { tries } = scope;
  const words = tries === null ? ['off'] : [...tries.paths.map(word), word(fallbackText(tries.fallback))];
  out.value('try_files', words.join(' '), origins);
  out.value('spa', word(scope.spa || 'off'), origins, acts.spa);
  out.value('method', [...scope.methods].map(word).join(' '), origins);
  out.value('head', flag(scope.head), origins, acts.head);
  for (const { ext, program, methods } of scope.actions) {
    const words = [ext, program ?? 'off', ...methods].map(word).join(' ');
    out.value('action', words, origins, true, `action ${ext}`);
  }
  out.value('body_size', size(scope.bodySize), origins);
  out.value('min_rate', size(scope.minRate), origins);
  out.value('limit_rate', size(scope.limitRate), origins);
  out.value('limit_rate_after', size(scope.limitRateAfter), origins, acts.rateAfter);
  out.value(
    'cgi_spool',
    size(scope.cgiSpool),
    origins,
    acts.cgi || origins.get('cgi_spool')?.level === 'location',
  );
  for (const [name, value] of scope.env) {
    const key = `env ${value === null ? '-' : ''}${name}`;
    const inForce = acts.cgi || origins.get(key)?.level === 'location';
    out.value('env', value === null ? `-${name}` : `${name} ${word(value)}`, origins, inForce, key);
  }
  out.value('runs', String(scope.runs), origins, acts.cgi || origins.get('runs')?.level === 'location');
  if (scope.uploadPath !== null) out.value('upload_path', word(scope.uploadPath), origins);
  out.value('upload_overwrite', flag(scope.uploadOverwrite), origins, acts.uploads);
  out.value('upload_fsync', flag(scope.uploadFsync), origins, acts.uploads);
  out.value('upload_inert', flag(scope.uploadInert), origins, acts.uploadInert);
  out.value('cgi_uploads', flag(scope.cgiUploads), origins, acts.cgiUploads);
  out.value('symlinks', flag(scope.symlinks), origins);
  out.value('dotfiles', flag(scope.dotfiles), origins);
  out.value('precompressed', scope.precompressed.join(' ') || 'off', origins, acts.precompressed);
  out.value('compress', scope.compress.join(' ') || 'off', origins, acts.compresses);
  const codesScripts = acts.cgi || origins.get('compress_scripts')?.level === 'location';
  out.value('compress_scripts', scope.compressScripts.join(' ') || 'off', origins, codesScripts);
  out.value('compress_types', [...scope.compressTypes].map(word).join(' '), origins, acts.compress);
  out.value('compress_min', size(scope.compressMin), origins, acts.compress);
  out.value('default_type', word(scope.defaultType), origins);
  out.value('charset', scope.charset ?? 'off', origins);
  out.value('etag', scope.etag, origins);
  writeErrors(out, scope.errors, origins);
  writeFields(out, scope, origins);
  // Without a script "cgi_timeout" gets a warning. "timeout" sets it too, and the other times have their own names.
  const names = ['body_timeout', 'send_timeout', 'keepalive_timeout', 'cgi_timeout'];
  const quietly = !acts.cgi && names.every((name) => origins.get(name)?.level === 'location');
  if (quietly) out.value('timeout', time(scope.timeouts.cgi), origins, true, 'cgi_timeout');
  out.value('body_timeout', time(scope.timeouts.body), origins);
  out.value('send_timeout', time(scope.timeouts.send), origins);
  out.value('keepalive_timeout', time(scope.timeouts.keepAlive), origins);
  const ownCgi = !quietly && origins.get('cgi_timeout')?.level === 'location';
  out.value('cgi_timeout', time(scope.timeouts.cgi), origins, acts.cgi || ownCgi);
  for (const { allows, network } of scope.guard?.access ?? []) {
    out.value(allows ? 'allow' : 'deny', network?.text ?? 'all', origins, true, 'allow');
  }
  out.value('rate_limit', rateText(scope.guard?.rateLimit ?? null), origins);
  const accounts = scope.guard?.accounts ?? null;
  out.value('auth_basic', word(accounts?.realm ?? 'off'), origins);
  if (accounts !== null) out.value('auth_file', word(accounts.file), origins);
  if (acts.types) writeTypes(out, scope.types, origins);
}

function writeFields(out: Writer, scope: Scope, origins: Origins): void {
  const block = 'prefix' in scope ? 'location' : 'server';
  for (const { name, args, key, acts } of fieldLines(scope.fields, origins, block))
    out.value(name, args, origins, acts, key);
}

function writeTypes(out: Writer, types: ReadonlyMap<string, string>, origins: Origins): void {
  const origin = origins.get('types');
  if (origin === undefined || types.size === 0) return;
  const byType = new Map<string, string[]>();
  for (const [extension, type] of types) {
    const known = byType.get(type);
    if (known === undefined) byType.set(type, [extension]);
    else known.push(extension);
  }
  out.hear('types', { name: 'types', text: 'types { ... }', origin });
  out.line(`# ${source(origin)}`);
  out.open('types');
  for (const [type, extensions] of byType) out.line(`${[type, ...extensions].map(word).join(' ')};`);
  out.close();
}

function adminText({ listen, isPublic }: Admin): string {
  const address = listen.family === 'unix' ? word(listen.key) : listen.key;
  return isPublic ? `${address} public` : address;
}

function rateText(limit: RateLimit | null): string {
  if (limit === null) return 'off';
  const { intervalMs, burst, key } = limit;
  const inMinute = Math.round(60_000 / intervalMs);
  const rate = inMinute % 60 === 0 ? `${inMinute / 60}/s` : `${inMinute}/m`;
  return [
    rate,
    ...(burst === 0 ? [] : [`burst=${burst}`]),
    ...(key === 'address' ? [] : [`key=${key}`]),
  ].join(' ');
}

function realIpText(rule: RealIp | null): string {
  return rule === null ? 'off' : `${rule.networks.map(({ text }) => text).join(' ')} header=${rule.field}`;
}

function listenText(listen: Listen): string {
  const address = listen.family === 'unix' ? word(listen.key) : listen.key;
  const protocol = listen.h2c ? ' h2c' : listen.tls ? ' tls' : '';
  return `${address}${protocol}${listen.proxyProtocol ? ' proxy_protocol' : ''}`;
}

function accessLog(target: LogTarget | null): string {
  if (target === null) return 'off';
  const { format, errors, sample } = target;
  const choice = `${errors ? ' if=error' : ''}${sample > 0 ? ` sample=${sample}` : ''}`;
  return `${word(target.path)} ${typeof format === 'string' ? format : format.name}${choice}${gather(target)}`;
}

function errorLog(target: ErrorLogTarget | null): string {
  if (target === null) return 'off';
  return `${word(target.path)} ${target.level} ${target.format}${gather(target)}`;
}

function gather({ syslog, bufferBytes, flushMs }: LogTarget | ErrorLogTarget): string {
  return syslog === null ? ` buffer=${size(bufferBytes)} flush=${time(flushMs)}` : '';
}

function cgi(rule: CgiRule): string {
  const key = word(cgiKey(rule));
  return rule.kind === 'extension' && rule.interpreter !== '' ? `${key} ${word(rule.interpreter)}` : key;
}

/** No address has a blank or a quote but the path of a unix socket. */
function addresses({ addresses }: Application): string {
  return addresses.map((address) => word(formatApplication(address))).join(' ');
}

function formatApplication(address: ApplicationAddress): string {
  if (address.family === 'unix') return `unix:${address.path}`;
  return address.family === 'ipv6' ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function flag(value: boolean): string {
  return value ? 'on' : 'off';
}

/** Returns the shortest spelling that is exact. */
function size(bytes: number): string {
  const units = ['', 'k', 'm', 'g', 't'];
  let unit = 0;
  let value = bytes;
  while (value > 0 && value % 1024 === 0 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value}${units[unit]}`;
}

function time(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
