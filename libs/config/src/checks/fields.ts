// Warns of fields that no answer can have, or that none can be without.

import type { Draft } from '../build/draft.ts';
import type { Level, Setting } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { type AnswerFields, SECURITY_FIELDS } from '../model/answer-fields.ts';
import { startsScripts } from '../model/cgi-rules.ts';
import { wordSpan } from '../syntax/directive.ts';

const PRESET: ReadonlySet<string> = new Set(SECURITY_FIELDS.map(([name]) => name.toLowerCase()));

export function fieldsWithoutEffect(draft: Draft, problems: Problems): void {
  draft.servers.forEach(({ level, value }, index) => {
    const locations = draft.locations[index];
    const scripts = locations.some((location) => startsScripts(location.value));
    check(level, value.base.fields, scripts, problems);
    for (const location of locations) {
      check(location.level, location.value.fields, startsScripts(location.value), problems);
    }
  });
}

function check(level: Level, fields: AnswerFields, scripts: boolean, problems: Problems): void {
  const expires = level.own('expires');
  if (
    expires !== null &&
    expires.value !== 'off' &&
    fields.headers.some(([name]) => /^cache-control$/i.test(name))
  )
    warn(expires, '"expires" has no effect: "header" sets Cache-Control here', problems);
  if (
    fields.presets.length > 0 &&
    level.own('security_headers') !== null &&
    [...PRESET].every((name) => fields.withheld.has(name))
  )
    warn(
      level.own('security_headers'),
      '"security_headers" has no effect: "header" takes all of them away',
      problems,
    );
  const settings = level.all('header');
  for (const setting of settings) {
    const { name, value } = setting.value;
    if (value !== null) continue;
    const lower = name.toLowerCase();
    if (settings.some((other) => other.value.value !== null && other.value.name.toLowerCase() === lower)) {
      warn(setting, `${quoted(`header -${name}`)} has no effect: this block sets the field itself`, problems);
    } else if (!scripts && !isSetAround(level, lower) && !(fields.presets.length > 0 && PRESET.has(lower))) {
      warn(setting, `${quoted(`header -${name}`)} has no effect: nothing sets the field`, problems);
    }
  }
}

function isSetAround(level: Level, name: string): boolean {
  for (let around = level.parent; around !== null; around = around.parent) {
    if (around.all('header').some(({ value }) => value.value !== null && value.name.toLowerCase() === name))
      return true;
  }
  return false;
}

function warn(setting: Setting | null, message: string, problems: Problems): void {
  if (setting !== null) problems.warn('never-effective', wordSpan(setting.directive, 0), message);
}
