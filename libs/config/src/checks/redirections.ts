// Warns of redirections that lead to themselves.

import type { Draft } from '../build/draft.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { LocationMatcher } from '../model/location-matcher.ts';
import type { Location } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';

/** A client follows about so many. */
const STEPS = 10;

export function warnOfLoops({ servers, locations }: Draft, problems: Problems): void {
  servers.forEach(({ value: server }, index) => {
    if (!server.locations.some(({ path }) => path.kind === 'prefix' && path.text === '/')) return;
    const matcher = new LocationMatcher(server);
    for (const { value, level } of locations[index]) {
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
