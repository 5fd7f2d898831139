import type { Built, Draft } from '../../build/draft.ts';
import type { Level, Setting } from '../../build/level.ts';
import { lineOf } from '../../diagnostics/position.ts';
import { present } from '../../diagnostics/present.ts';
import type { DirectiveName } from '../../directives/table.ts';
import { cgiKey } from '../../model/cgi-rules.ts';
import type { CgiRule, Location } from '../../model/types.ts';
import type { Place } from './reach.ts';

/** A location with the level that it was built from. */
export interface WrittenPlace extends Place {
  readonly level: Level;
}

/** Returns every location of a config, server by server. */
export function placesOf({ servers, locations }: Draft): WrittenPlace[] {
  return locations.flatMap((own, index) =>
    own.map(({ value, level }: Built<Location>) => ({
      server: servers[index].value,
      location: value,
      level,
    })),
  );
}

/** Returns the setting that a rule comes from. */
export function settingOf({ level, location }: WrittenPlace, rule: CgiRule): Setting {
  const mount = level.own('script');
  if (mount !== null) return mount;
  const key = cgiKey(rule);
  const written = level.all('cgi').find(({ value }) => cgiKey(value) === key);
  const application = level
    .all('fastcgi')
    .find(({ value }) => (location.application === null ? value.extensions.includes(key) : true));
  const [first, second] = location.application === null ? [written, application] : [application, written];
  return present(first ?? second, `the directive of ${key}`);
}

/** Returns where a value in force is set, as `file:line`. '' for a default. */
export function placeOf({ location }: Place, name: DirectiveName): string {
  const at = location.origins.get(name)?.at ?? null;
  return at === null ? '' : lineOf(at);
}

/** Puts into words what a rule runs. */
export function subjectOf(rule: CgiRule): string {
  switch (rule.kind) {
    case 'script':
      return `"${rule.name}"`;
    case 'extension':
      return `${rule.ext} files`;
    case 'all':
      return 'every file';
  }
}
