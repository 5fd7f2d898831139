// Checks what try_files and spa lead to, once all locations of a server are known.

import type { Built, Draft } from '../build/draft.ts';
import type { Setting } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import type { Disk } from '../disk/disk.ts';
import { LocationMatcher } from '../model/location-matcher.ts';
import type { Tries } from '../model/tries.ts';
import type { Location, Server } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';

export function checkFallbacks(draft: Draft, disk: Disk, problems: Problems): void {
  draft.servers.forEach((server, index) => {
    const checked = new Set<Setting>();
    const locations = draft.locations[index];
    if (!server.value.locations.some(({ path }) => path.kind === 'prefix' && path.text === '/')) return;
    const matcher = new LocationMatcher(server.value);
    for (const location of locations) {
      if (location.value.redirection !== null) continue;
      besides(location, problems);
      const { setting } = location.level.settle('try_files');
      if (setting === null || checked.has(setting)) continue;
      checked.add(setting);
      target(setting, matcher, server.value, disk, problems);
    }
  });
}

/** Where every path leads to an answer, nothing is left for the page of an application. */
function besides({ level, value }: Built<Location>, problems: Problems): void {
  const spa = level.own('spa');
  if (spa === null || spa.value === '' || value.tries === null) return;
  const message = '"spa" has no effect: "try_files" answers for what does not exist';
  problems.warn('never-effective', wordSpan(spa.directive, -1), message);
}

/** The path at the end must lead to something: a file, a folder, or a script with a rest behind its name. */
function target(
  setting: Setting<Tries | null>,
  matcher: LocationMatcher,
  _server: Server,
  disk: Disk,
  problems: Problems,
): void {
  const { value, directive } = setting;
  if (value === null || value.fallback.kind === 'status') return;
  const { path } = value.fallback;
  const { root, prefix, redirection } = matcher.locate(path);
  if (redirection !== null || root === '') return;
  const rest = prefix === '/' ? path : path.slice(prefix.length);
  const full = root === '/' ? rest : `${root}${rest}`;
  for (let at = full; at.length > root.length; at = at.slice(0, at.lastIndexOf('/'))) {
    const kind = disk.kind(at.replace(/\/$/, ''));
    if (kind === 'file' || (kind === 'folder' && at === full)) return;
  }
  if (rest === '' || rest === '/') return;
  const message = `there is no file ${quoted(full)}, which ${quoted(path)} leads to in location ${quoted(prefix)}`;
  problems.error('not-found', wordSpan(directive, directive.args.length - 1), message, {
    expected: 'the path of a file as clients ask for it, or =404',
  });
}
