import type { Draft } from '../../build/draft.ts';
import type { Level } from '../../build/level.ts';
import { type Problems, quoted } from '../../diagnostics/diagnostic.ts';
import { lineOf } from '../../diagnostics/position.ts';
import { absolutePath } from '../../disk/path.ts';
import { runnerOf } from '../../model/cgi-rules.ts';
import type { Location, Server } from '../../model/types.ts';
import { wordSpan } from '../../syntax/directive.ts';
import type { Reach } from './reach.ts';

/**
 * The server sends the page of an error as it is. If the page is a script, it would send the source. A script of the
 * same server is an error. For a script of another server it is a warning, because it may be meant so.
 */
export function refuseErrorPages({ servers, locations }: Draft, reach: Reach, problems: Problems): void {
  const all = servers.map(({ value }) => value);
  servers.forEach(({ value: server, level }, index) => {
    for (const each of [level, ...locations[index].map((location) => location.level)])
      refusePages(each, server, all, reach, problems);
  });
}

function refusePages(
  level: Level,
  server: Server,
  servers: readonly Server[],
  reach: Reach,
  problems: Problems,
): void {
  for (const { directive, value } of level.all('error')) {
    for (const { code, file, script, index } of value) {
      if (file === null || script) continue;
      const path = absolutePath(directive.source.folder, file);
      const at = wordSpan(directive, index);
      const own = locationThatRuns(server, path, reach);
      const others = servers.map((other) => locationThatRuns(other, path, reach));
      const location = own ?? others.find((each) => each !== null);
      if (location === null || location === undefined) continue;
      const where = `location ${quoted(location.path.text)} at ${lineOf(location.at)}`;
      const hints = { expected: `"error ${code} script ${file};" to run it, or a file that is not a script` };
      if (own === null) {
        problems.warn('source-sent', at, `${quoted(path)} is sent as it is, and ${where} runs it`, hints);
        continue;
      }
      const message = `${quoted(path)} is a script of ${where}, and a page is sent as it is`;
      problems.error('script-as-page', at, message, hints);
    }
  }
}

function locationThatRuns(server: Server, path: string, reach: Reach): Location | null {
  const runs = (location: Location): boolean => {
    if (location.cgi.length === 0 || !reach.serves(location)) return false;
    const { cgi, root } = location;
    const rest = reach.restIn(location, path);
    const listed = cgi.some((rule) => rule.kind === 'script' && reach.real(rule.path) === reach.real(path));
    return listed || (rest !== null && (runnerOf(cgi, root + rest) ?? runnerOf(cgi, path)) !== null);
  };
  return server.locations.find(runs) ?? null;
}
