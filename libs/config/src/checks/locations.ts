// Warns of locations that other locations stand in front of.

import type { Draft } from '../build/draft.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { lineOf } from '../diagnostics/position.ts';
import { LocationMatcher } from '../model/location-matcher.ts';
import { wordSpan } from '../syntax/directive.ts';

/** In no path of a config, so that it stands for any other part of a segment. */
const ANY = '\u0001';

export function warnOfShadowed({ servers, locations }: Draft, problems: Problems): void {
  servers.forEach(({ value: server }, index) => {
    if (!server.locations.some(({ path }) => path.kind === 'prefix' && path.text === '/')) return;
    if (!server.locations.some(({ path }) => path.kind === 'pattern')) return;
    const matcher = new LocationMatcher(server);
    for (const { value, level } of locations[index]) {
      const { kind, text } = value.path;
      if (kind === 'exact') continue;
      const found = matcher.locate(text.replaceAll('*', ANY));
      if (found === value || found.path.kind !== 'pattern') continue;
      const other = `location ${quoted(found.path.text)} at ${lineOf(found.at)}`;
      const message =
        kind === 'pattern'
          ? `no request gets here: ${other} comes before`
          : `a request for ${quoted(text)} itself gets to ${other}: only what is below it gets here`;
      problems.warn('shadowed-location', wordSpan(level.opening.directive, 0), message, {
        expected: `"location = ${text}" for that path alone`,
      });
    }
  });
}
