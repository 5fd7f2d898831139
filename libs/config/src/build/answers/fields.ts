// Builds what a block adds to its answers.

import type { HeaderWords } from '../../directives/answers/fields.ts';
import { type AnswerField, type AnswerFields, SECURITY_FIELDS } from '../../model/answer-fields.ts';
import { type Level, originOf } from '../level.ts';
import type { LevelReader } from '../level-reader.ts';

const NAMES = ['header', 'expires', 'cors', 'security_headers'] as const;

/** Whether a block has directives of its own that add fields. */
export function setsFields(level: Level): boolean {
  return NAMES.some((name) => level.own(name) !== null);
}

/** Returns what the block of a reader adds to its answers, or another block whose origins the reader collects. */
export function buildFields(reader: LevelReader, level: Level = reader.level): AnswerFields {
  const { headers, withheld } = headersOf(level, reader);
  const [expires, cors, security] = [
    level.settle('expires'),
    level.settle('cors'),
    level.settle('security_headers'),
  ];
  reader.mark('expires', expires.origin);
  reader.mark('cors', cors.origin);
  reader.mark('security_headers', security.origin);
  const presets = security.value ? SECURITY_FIELDS : [];
  return { headers, withheld, expires: expires.value, cors: cors.value, presets };
}

/** Adds the fields of a block to those of the block around. A field takes the place of those of its name from there. */
function headersOf(
  level: Level,
  reader: LevelReader,
): { readonly headers: readonly AnswerField[]; readonly withheld: ReadonlySet<string> } {
  const outer = level.parent === null ? null : headersOf(level.parent, reader);
  const settings = level.all('header');
  if (outer !== null && settings.length === 0) return outer;
  const own = new Set<string>();
  const away = new Set<string>();
  for (const setting of settings) {
    const name = setting.value.name.toLowerCase();
    (setting.value.value === null ? away : own).add(name);
    reader.mark(headerKey(setting.value), originOf(setting, level));
  }
  const before = (outer?.headers ?? []).filter(
    ([name]) => !own.has(name.toLowerCase()) && !away.has(name.toLowerCase()),
  );
  const added = settings.flatMap(({ value: { name, value } }): AnswerField[] =>
    value === null ? [] : [[name, value]],
  );
  const withheld = [...(outer?.withheld ?? []), ...away].filter((name) => !own.has(name));
  return { headers: [...before, ...added], withheld: new Set(withheld) };
}

/** The key of the origin of a field. */
function headerKey({ name, value }: HeaderWords): string {
  return `header ${value === null ? '-' : ''}${name.toLowerCase()}`;
}
