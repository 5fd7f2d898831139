// Warns of redirections and rewrites that lead to themselves.

import type { Draft } from '../build/draft.ts';
import type { Setting } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { LocationMatcher } from '../model/location-matcher.ts';
import { capturesOf, type Rewrite, rewriteKey, rewrittenPath } from '../model/rewrite.ts';
import type { Location } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';

/** A client follows about so many redirections, and the server so many rewrites. */
const STEPS = 10;
/** In no path of a config: it stands for any part of a path. */
const ANY = '\u0001';

export function warnOfLoops({ servers, locations }: Draft, problems: Problems): void {
  servers.forEach(({ value: server }, index) => {
    if (!server.locations.some(({ path }) => path.kind === 'prefix' && path.text === '/')) return;
    const matcher = new LocationMatcher(server);
    for (const { value, level } of locations[index]) {
      for (const setting of level.all('rewrite')) {
        if (value.redirection === null) warnOfEndless(setting, value, matcher, problems);
      }
      const setting = level.own('redirection');
      if (setting === null || !leadsBack(value, matcher)) continue;
      const { url } = setting.value;
      const message = `this leads back here: ${quoted(url)} is a path of this location, or of one that leads to it`;
      problems.warn(
        'redirection-loop',
        wordSpan(setting.directive, setting.directive.args.length - 1),
        message,
        {
          expected: 'a path of a location that answers',
        },
      );
    }
  });
}

function warnOfEndless(
  { value: rule, directive }: Setting<Rewrite>,
  location: Location,
  matcher: LocationMatcher,
  problems: Problems,
): void {
  const { kind, text } = rule.pattern;
  const sample = text.replaceAll('*', ANY);
  const named = sample.startsWith('/')
    ? sample
    : `${location.prefix === '/' ? '' : location.prefix}/${sample}`;
  const samples = kind === 'prefix' ? [named, `${named === '/' ? '' : named}/${ANY}`] : [named];
  if (!samples.some((path) => matcher.locate(path) === location && isEndless(path, matcher))) return;
  const message = `this never ends: what ${quoted(rewriteKey(rule))} makes is rewritten again, and the answer is 500`;
  problems.warn('rewrite-loop', wordSpan(directive, directive.args.length - 1), message, {
    expected: 'a path that no rule of its location changes',
  });
}

/** Follows a path as a request would go. */
function isEndless(start: string, matcher: LocationMatcher): boolean {
  let path = start;
  for (let step = 0; step <= STEPS; step++) {
    let next: string | null = path;
    for (const rule of matcher.locate(path).rewrites) {
      const captures = next === null ? null : capturesOf(rule.pattern, next);
      if (next !== null && captures !== null) next = rewrittenPath(rule, next, captures);
    }
    if (next === null || next === path) return false;
    path = next;
  }
  return true;
}

/** Follows a request for the location's own path. Another host, or this one by another scheme, may answer otherwise. */
function leadsBack(start: Location, matcher: LocationMatcher): boolean {
  let location = start;
  let path = start.path.text;
  let rest = '';
  for (let step = 0; step < STEPS; step++) {
    const url = location.redirection?.url ?? '';
    if (!url.startsWith('/')) return false;
    const bare = url.replace(/[?#].*$/, '');
    const next = bare.replaceAll('$rest', rest).replaceAll('$uri', path);
    location = matcher.locate(next);
    path = next;
    rest = location.prefix === '/' ? path : path.slice(location.prefix.length);
    if (location === start) return true;
  }
  return false;
}
