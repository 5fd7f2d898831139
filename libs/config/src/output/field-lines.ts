import type { DirectiveName } from '../directives/table.ts';
import type { AnswerFields } from '../model/answer-fields.ts';
import type { Origins } from '../model/types.ts';
import { word } from '../syntax/print.ts';

interface FieldLine {
  readonly name: DirectiveName;
  readonly args: string;
  /** Of its origin. */
  readonly key: string;
  /** Whether it has an effect as the block's own, without a warning. */
  readonly acts: boolean;
}

/** Returns the directives that add the fields of a block, which is a server or a location. */
export function fieldLines(
  fields: AnswerFields,
  origins: Origins,
  block: 'server' | 'location',
): FieldLine[] {
  const { headers, withheld, expires, cors, presets } = fields;
  const lines: FieldLine[] = [];
  const add = (name: DirectiveName, args: string, key: string = name, acts = true) => {
    lines.push({ name, args, key, acts });
  };
  for (const [name, value] of headers) {
    add('header', `${word(name)} ${word(value)}`, `header ${name.toLowerCase()}`);
  }
  // What the block around takes away stays away.
  const own = (key: string) => origins.get(key)?.level === block;
  for (const name of withheld) {
    const key = `header -${name}`;
    add('header', word(`-${name}`), key, own(key));
  }
  const replaced = headers.some(([name]) => name.toLowerCase() === 'cache-control');
  const time = typeof expires === 'number' ? `${expires / 1000}s` : expires;
  add('expires', time, 'expires', !replaced || own('expires'));
  add('cors', cors.map(word).join(' ') || 'off');
  add('security_headers', presets.length > 0 ? 'on' : 'off');
  return lines;
}
