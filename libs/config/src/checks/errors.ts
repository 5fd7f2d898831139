// Warns of answers to errors that no request gets, and of those that more clients get than may come to them.

import type { Draft } from '../build/draft.ts';
import type { Level } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import type { Disk } from '../disk/disk.ts';
import { absolutePath } from '../disk/path.ts';
import type { Guard } from '../model/access.ts';
import type { Server } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import { Reach } from './scripts/reach.ts';

/** They are about a head that could not be read: no script can be told about the request. */
const UNREAD: ReadonlySet<number> = new Set([414, 431, 505]);

/** Their pages are meant for those who are kept out. */
const FOR_KEPT_OUT: ReadonlySet<number> = new Set([401, 403, 429]);

export function checkErrors({ servers, locations }: Draft, disk: Disk, problems: Problems): void {
  for (const { level } of [...servers, ...locations.flat()]) check(level, problems);
  const reach = new Reach(disk);
  servers.forEach(({ level, value }, index) => {
    if (!value.guarded) return;
    for (const each of [level, ...locations[index].map((location) => location.level)])
      showsGuarded(each, value, reach, problems);
  });
}

/** Every client that gets an error gets its page, also one that the rules of the page's own location keep out. */
function showsGuarded(level: Level, server: Server, reach: Reach, problems: Problems): void {
  if (!server.locations.some(({ guard }) => keepsOut(guard))) return;
  for (const { directive, value } of level.all('error')) {
    for (const { code, file, script, index } of value) {
      if (file === null || script || FOR_KEPT_OUT.has(code)) continue;
      const path = absolutePath(directive.source.folder, file);
      const place = server.locations.find((location) => reach.names({ server, location }, path));
      if (place === undefined || !keepsOut(place.guard)) continue;
      const other = server.locations.find(
        ({ errors, guard }) => errors.get(code)?.file === path && !keepsOutTheSame(guard, place.guard),
      );
      if (other === undefined) continue;
      const [from, to] = [place, other].map((each) => `location ${quoted(each.path.text)}`);
      const message = `clients that ${from} keeps out get this page of it: it answers ${code} in ${to} as well`;
      problems.warn('guarded-page', wordSpan(directive, index), message, {
        expected: `a page outside of the root of ${from}`,
      });
    }
  }
}

/** A rate alone keeps nobody out. */
function keepsOut(guard: Guard | null): boolean {
  return guard !== null && (guard.access.length > 0 || guard.accounts !== null);
}

function keepsOutTheSame(one: Guard | null, other: Guard | null): boolean {
  return one?.access === other?.access && one?.accounts === other?.accounts;
}

function check(level: Level, problems: Problems): void {
  for (const { directive, value } of level.all('error')) {
    for (const { code, file, script, index } of value) {
      const why =
        file === null && !isSetAround(level, code)
          ? 'the block around says nothing about this status'
          : script && UNREAD.has(code)
            ? `no script is run for ${code}, because the head of the request could not be read`
            : '';
      const text = file === null ? `error -${code}` : `error ${code}`;
      if (why === '') continue;
      problems.warn('never-effective', wordSpan(directive, index), `${quoted(text)} has no effect: ${why}`);
    }
  }
}

function isSetAround({ parent }: Level, code: number): boolean {
  return parent?.all('error').some(({ value }) => value.some((each) => each.code === code)) === true;
}
