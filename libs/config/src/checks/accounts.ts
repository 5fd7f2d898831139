// Checks who may come in with a password: what the files of users hold, where they lie, and how passwords travel.

import { FILE_MAX, readAccounts } from '@webserv/accounts/htpasswd';
import type { Built, Draft } from '../build/draft.ts';
import type { Level } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import type { Disk } from '../disk/disk.ts';
import { absolutePath } from '../disk/path.ts';
import type { Listen, Location, Server } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import { neverActs } from './no-effect.ts';
import { placesOf } from './scripts/places.ts';
import { Reach } from './scripts/reach.ts';

/** Bad lines of one file that are shown. */
const LINES_MAX = 10;

export function checkAccounts(draft: Draft, disk: Disk, problems: Problems): void {
  draft.servers.forEach((server, index) => {
    const locations = draft.locations[index] ?? [];
    for (const level of [server.level, ...locations.map((each) => each.level)]) {
      withoutFile(level, problems);
      checkFile(level, draft, disk, problems);
    }
    withoutPassword(server, locations, problems);
    inClear(server, locations, problems);
  });
}

function withoutFile(level: Level, problems: Problems): void {
  const setting = level.own('auth_basic');
  if (setting === null || setting.value === null || level.damaged || level.resolve('auth_file') !== null)
    return;
  const message = 'nobody can come in: there is no "auth_file" here or around';
  problems.error('missing-auth-file', wordSpan(setting.directive, -1), message, {
    expected: '"auth_file FILE;", which "webserv passwd FILE USER" makes',
  });
}

/** What counts users, or names them, where nobody is asked for a password. */
function withoutPassword(
  { level }: Built<Server>,
  locations: readonly Built<Location>[],
  problems: Problems,
): void {
  if (level.damaged || locations.some((each) => each.level.damaged)) return;
  const serving = locations.filter(({ value }) => value.redirection === null);
  const asks = serving.some(({ value }) => hasAccounts(value));
  for (const { level: own, value } of serving)
    idle(own, hasAccounts(value), '"auth_basic" is off here', problems);
  idle(level, asks, 'no location of this server has "auth_basic"', problems);
}

function idle(level: Level, asks: boolean, why: string, problems: Problems): void {
  if (asks) return;
  neverActs(level.own('auth_file'), 'auth_file', why, problems);
  const limit = level.own('rate_limit');
  if (limit?.value?.key === 'user') neverActs(limit, 'rate_limit', `it counts users, and ${why}`, problems);
}

function hasAccounts({ guard }: Location): boolean {
  return guard !== null && guard.accounts !== null;
}

/** What is missing, or may not be read, is reported as a claim. */
function checkFile(level: Level, draft: Draft, disk: Disk, problems: Problems): void {
  const setting = level.own('auth_file');
  if (setting === null) return;
  const { directive, value } = setting;
  const path = absolutePath(directive.source.folder, value);
  const at = wordSpan(directive, 0);
  if (disk.kind(path) !== 'file') return;
  const reach = new Reach(disk);
  const place = placesOf(draft).find((each) => reach.names(each, path));
  if (place !== undefined) {
    const message = `clients can read this file: it lies in the root of location ${quoted(place.location.path.text)}`;
    problems.error('accounts-served', at, message, { expected: 'a file outside of every root' });
  }
  if (disk.size(path) > FILE_MAX) {
    const message = `this file has more than ${FILE_MAX >> 20} MiB`;
    problems.error('bad-account', at, message, { expected: 'an htpasswd file' });
    return;
  }
  const read = disk.readText(path);
  if ('error' in read) {
    if (read.error === 'not-utf8') problems.error('not-utf8', at, `${quoted(value)} is not UTF-8 text`);
    return;
  }
  const { accounts, badLines } = readAccounts(read.text);
  for (const { line, message, expected } of badLines.slice(0, LINES_MAX)) {
    problems.error('bad-account', at, `line ${line} of ${quoted(value)}: ${message}`, { expected });
  }
  const more = badLines.length - LINES_MAX;
  if (more > 0) problems.error('bad-account', at, `${quoted(value)} has ${more} more bad lines`);
  if (accounts.size > 0 || badLines.length > 0) return;
  problems.warn('no-account', at, `nobody can come in: ${quoted(value)} has no user`, {
    expected: `"webserv passwd ${value} USER" adds one`,
  });
}

/** A proxy that says who its clients are may speak TLS with them. */
function inClear(
  { value: server, level }: Built<Server>,
  locations: readonly Built<Location>[],
  problems: Problems,
): void {
  if (server.redirectHttps || server.realIp !== null) return;
  const open = server.listens.find(isOpen);
  const first = locations.find(({ value }) => value.redirection === null && hasAccounts(value));
  const setting = first?.level.own('auth_basic') ?? level.own('auth_basic');
  if (open === undefined || first === undefined || setting === null) return;
  const message = `passwords travel readable to ${open.text}, which speaks no TLS`;
  problems.warn('password-in-clear', wordSpan(setting.directive, -1), message, {
    expected: '"listen 443 tls;" and "redirect_https on;"',
  });
}

/** Whether clients of other machines come without TLS. */
function isOpen({ family, host, tls, proxyProtocol }: Listen): boolean {
  return family !== 'unix' && !tls && !proxyProtocol && !host.startsWith('127.') && host !== '::1';
}
