// Turns a tree of directives into levels of typed settings. It goes on after every problem, and leaves out what it
// cannot use.

import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import type { Context, Row } from '../directives/row.ts';
import { readValue } from '../directives/values/values.ts';
import type { Directive } from '../syntax/directive.ts';
import { wordSpan } from '../syntax/directive.ts';
import { Level, type Setting } from './level.ts';

/** Checks the number of arguments, the repetitions and the values of every directive in a tree. */
export function validate(tree: readonly Directive[], problems: Problems): Level {
  const main = new Level('main', null, null);
  fill(main, tree, { problems, known: new Map() });
  return main;
}

interface Pass {
  readonly problems: Problems;
  /** The values that were read before, by directive and words. Long configs repeat themselves. */
  readonly known: Map<Row, Map<string, unknown>>;
}

function fill(level: Level, tree: readonly Directive[], pass: Pass): void {
  // A list: most blocks have few directives, and none has more than there are rows.
  const first: Directive[] = [];
  for (const directive of tree) {
    const row = directive.row;
    if (row === null || !row.contexts.includes(level.context)) {
      level.damaged = true;
      continue;
    }
    const setting = readDirective(directive, row, pass);
    if (row.block !== null) {
      openBlock(level, directive, row, row.block, setting, pass);
      continue;
    }
    if (setting === null) level.damaged = true;
    const before = row.repeat === 'once' ? first.find((other) => other.row === row) : undefined;
    if (before !== undefined) {
      const { file, line } = before.source.position(before.name.start, before.name.end);
      const message = `${quoted(row.name)} is set twice in this block, first at ${file}:${line}`;
      pass.problems.error('duplicate-directive', wordSpan(directive, -1), message, {
        expected: 'one of them',
      });
      continue;
    }
    if (row.repeat === 'once') first.push(directive);
    if (setting !== null) level.add(setting);
  }
}

function openBlock(
  level: Level,
  directive: Directive,
  row: Row,
  inside: Context,
  setting: Setting | null,
  pass: Pass,
): void {
  if (directive.block === null) {
    level.damaged = true;
    return;
  }
  // A block with a wrong argument is still read, because there may be more to report.
  const child = new Level(inside, level, setting ?? { directive, row, value: null, origin: null });
  fill(child, directive.block, pass);
  if (setting === null) level.damaged = true;
  else level.addChild(child);
}

function readDirective(directive: Directive, row: Row, pass: Pass): Setting | null {
  if (!directive.sound || directive.args.some((arg) => arg.faulty)) return null;
  return rightCount(directive, row, pass.problems) ? readWords(directive, row, pass) : null;
}

function rightCount({ source, args, name }: Directive, row: Row, problems: Problems): boolean {
  if (args.length < row.min) {
    const { end } = args.at(-1) ?? name;
    const message = `${quoted(name.text)} needs ${plural(row.min)}`;
    problems.error('missing-argument', { source, start: end, end: end + 1 }, message, {
      expected: row.usage,
    });
    return false;
  }
  if (args.length <= row.max || modifier(args[0]?.text)) return true;
  const { start, end } = args[row.max];
  const most = row.max === 0 ? 'no argument' : plural(row.max);
  const message = `${quoted(name.text)} takes ${row.min === row.max ? '' : 'at most '}${most}`;
  problems.error('too-many-arguments', { source, start, end }, message, {
    expected: row.block === null ? `"${row.name} ${row.usage};"` : '"{"',
  });
  return false;
}

function readWords(directive: Directive, row: Row, { problems, known }: Pass): Setting | null {
  const words: string[] = [];
  for (const { text } of directive.args) words.push(text);
  // Inside `types` the name is part of the value.
  const isEntry = row.contexts[0] === 'types';
  if (isEntry) words.unshift(directive.name.text);
  else if (words.length > row.max) words.length = row.max;
  let ofRow = known.get(row);
  if (ofRow === undefined) {
    ofRow = new Map();
    known.set(row, ofRow);
  }
  const key = words.length === 1 ? words[0] : words.join('\0');
  const before = ofRow.get(key);
  if (before !== undefined) return { directive, row, value: before, origin: null };
  const read = readValue(row.value, words, row.expects);
  if (read.ok) {
    ofRow.set(key, read.value);
    return { directive, row, value: read.value, origin: null };
  }
  for (const { code, message, index, expected, suggestion } of read.faults) {
    problems.error(code, wordSpan(directive, isEntry ? index - 1 : index), message, {
      expected: expected ?? null,
      suggestion: suggestion ?? null,
    });
  }
  return null;
}

/** In `location ~ \.php$ { }` it helps more to say that there are no modifiers than that an argument is too many. */
function modifier(first: string | undefined): boolean {
  return first !== undefined && /^[=~^*]+$/.test(first);
}

function plural(count: number): string {
  return count === 1 ? 'one argument' : `${count} arguments`;
}
