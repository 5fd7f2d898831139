// Prints diagnostics as text for people, and as JSON for editors.

import type { Diagnostic } from './diagnostic.ts';
import type { Position } from './position.ts';

export interface ReportOptions {
  /** Terminal colours. */
  readonly color?: boolean;
}

/** A longer line is cut to this many characters around the caret. */
const WIDEST = 160;
const CONTEXT = 60;

interface Paint {
  readonly error: string;
  readonly warning: string;
  readonly bold: string;
  readonly dim: string;
  readonly off: string;
}

const COLORS: Paint = {
  error: '\x1b[1;31m',
  warning: '\x1b[1;33m',
  bold: '\x1b[1m',
  dim: '\x1b[2m',
  off: '\x1b[0m',
};
const PLAIN: Paint = { error: '', warning: '', bold: '', dim: '', off: '' };

/** Prints every diagnostic with its line and a caret, and a count at the end. No diagnostics give the empty string. */
export function report(diagnostics: readonly Diagnostic[], options: ReportOptions = {}): string {
  if (diagnostics.length === 0) return '';
  const paint = options.color === true ? COLORS : PLAIN;
  const parts = diagnostics.map((diagnostic) => one(diagnostic, paint));
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  return `${parts.join('\n')}\n${summary(errors, diagnostics.length - errors)}\n`;
}

function summary(errors: number, warnings: number): string {
  const counts = [];
  if (errors > 0) counts.push(errors === 1 ? '1 error' : `${errors} errors`);
  if (warnings > 0) counts.push(warnings === 1 ? '1 warning' : `${warnings} warnings`);
  return counts.join(', ');
}

function one(diagnostic: Diagnostic, paint: Paint): string {
  const { position, severity, message, code, expected, suggestion, includedFrom } = diagnostic;
  const { bold, dim, off } = paint;
  const head = `${bold}${place(position)}:${off} ${paint[severity]}${severity}:${off} ${bold}${printable(message)}${off}`;
  let out = `${head} ${dim}[${code}]${off}\n`;
  const excerpt = cut(diagnostic.sourceLine, position);
  const gutter = `${String(position.line).padStart(5)} | `;
  out += `${dim}${gutter}${off}${printable(excerpt.text)}\n`;
  const carets = `^${'~'.repeat(Math.max(0, excerpt.cells - 1))}`;
  out += `${dim}${' '.repeat(gutter.length - 2)}| ${off}${excerpt.padding}${paint[severity]}${carets}${off}\n`;
  if (expected !== null) out += `      expected ${printable(expected)}\n`;
  if (suggestion !== null) out += `      did you mean "${printable(suggestion)}"?\n`;
  for (const from of includedFrom) out += `      included from ${place(from)}\n`;
  return out;
}

function place({ file, line, column }: Position): string {
  return `${printable(file)}:${line}:${column}`;
}

interface Excerpt {
  readonly text: string;
  /** The text before the caret. Tabs stay tabs, so that both lines have the same indent. */
  readonly padding: string;
  readonly cells: number;
}

function cut(line: string, position: Position): Excerpt {
  let all = [...line];
  let before = position.column - 1;
  if (all.length > WIDEST) {
    const from = Math.max(0, before - CONTEXT);
    const to = Math.min(all.length, from + WIDEST);
    const head = from > 0 ? ['…'] : [];
    const tail = to < all.length ? ['…'] : [];
    all = [...head, ...all.slice(from, to), ...tail];
    before -= from - head.length;
  }
  const padding = all
    .slice(0, before)
    .map((character) => (character === '\t' ? '\t' : ' '.repeat(cells(character))))
    .join('');
  const marked = all.slice(before, before + position.length);
  return {
    text: all.join(''),
    padding: padding + ' '.repeat(Math.max(0, before - all.length)),
    cells: marked.reduce((sum, character) => sum + cells(character), 0),
  };
}

/** Returns the columns that a character takes on a terminal: East Asian wide characters and emoji take two. */
function cells(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

/** Makes sure that a terminal shows the text of a config, and never obeys it. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** Prints the diagnostics as a JSON array. Hints that are absent are left out. */
export function toJson(diagnostics: readonly Diagnostic[]): string {
  const out = diagnostics.map(
    ({ code, severity, position, message, expected, suggestion, includedFrom, sourceLine }) => ({
      code,
      severity,
      ...position,
      message,
      ...(expected === null ? {} : { expected }),
      ...(suggestion === null ? {} : { suggestion }),
      ...(includedFrom.length === 0 ? {} : { includedFrom }),
      sourceLine,
    }),
  );
  return `${JSON.stringify(out, null, 2)}\n`;
}
