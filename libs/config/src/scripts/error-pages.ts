import type { Draft } from '../build.ts';
import { type Problems, quoted } from '../diagnostic.ts';
import { wordSpan } from '../level.ts';
import type { Location, Server } from '../types.ts';
import { lineOf } from './places.ts';
import type { Reach } from './reach.ts';
import { runnerOf } from './rules.ts';

/** The page of an error is read and sent: where it is a script, that would be its source. */
export function refuseErrorPages({ servers }: Draft, reach: Reach, problems: Problems): void {
  for (const { value: server, level } of servers) {
    for (const setting of level.all('error')) {
      setting.value.forEach(([code], index) => {
        const path = server.errorPages.get(code);
        const location = path === undefined ? null : locationThatRuns(server, path, reach);
        if (path === undefined || location === null) return;
        const message = `${quoted(path)} is a script of location ${quoted(location.prefix)} at ${lineOf(location.at)}, and a page is sent as it is`;
        problems.error('script-as-page', wordSpan(setting.directive, index * 2 + 1), message, {
          expected: 'a file that is no script',
        });
      });
    }
  }
}

function locationThatRuns(server: Server, path: string, reach: Reach): Location | null {
  const runs = (location: Location): boolean => {
    if (location.cgi.length === 0 || !reach.serves(location)) return false;
    const rest = reach.restIn(location, path);
    if (rest === null) return false;
    const { cgi, root } = location;
    const listed = cgi.some((rule) => rule.kind === 'script' && reach.real(rule.path) === reach.real(path));
    return listed || runnerOf(cgi, root + rest) !== null || runnerOf(cgi, path) !== null;
  };
  return server.locations.find(runs) ?? null;
}
