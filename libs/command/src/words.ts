import { parseArgs } from 'node:util';
import { suggest } from '@webserv/config';
import { spelledOption } from './output/text.ts';
import { SERVING } from './table/options.ts';
import type { OptionRow, SubcommandRow } from './table/row.ts';
import { SHOWN, SUBCOMMANDS } from './table/subcommands.ts';

/** The words of a command line, by their meaning. */
export interface Words {
  /** The name of a subcommand; '' serves. */
  readonly subcommand: string;
  /** The options that are given, by their long names. An option without a value has ''. */
  readonly options: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

const SERVING_OPTIONS: readonly OptionRow[] = SERVING.flatMap(({ options }) => options);

/** Reads the words of a command line. Returns what they mean, or what is wrong with them. */
export function readWords(words: readonly string[]): Words | string {
  const subcommand = SUBCOMMANDS.find(({ name }) => name === words[0]);
  const rows = subcommand === undefined ? SERVING_OPTIONS : subcommand.options;
  const given = withValues(subcommand === undefined ? words : words.slice(1), rows);
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: given, strict: true, allowPositionals: true, options: optionsOf(rows) });
  } catch (error) {
    return problemOf(error as Error, rows);
  }
  const options = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed.values)) {
    if (Array.isArray(value)) options.set(name, value.join('\n'));
    else if (value !== undefined) options.set(name, value === true ? '' : String(value));
  }
  const bad = wrongValue(options, rows);
  if (bad !== '') return bad;
  const { positionals: operands } = parsed;
  const read: Words = { subcommand: subcommand?.name ?? '', options, operands };
  if (options.has('help')) return read;
  const wrong = subcommand === undefined ? wrongOperands(read) : wrongCount(subcommand, operands);
  return wrong === '' ? read : wrong;
}

function optionsOf(
  rows: readonly OptionRow[],
): Record<string, { type: 'string' | 'boolean'; short?: string; multiple?: boolean }> {
  return Object.fromEntries(
    rows.map(({ name, short, value }) => [
      name,
      {
        type: value === undefined ? 'boolean' : 'string',
        multiple: value?.many === true,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
}

/** parseArgs knows no option whose value may be missing: such an option gets an empty one. */
function withValues(words: readonly string[], rows: readonly OptionRow[]): string[] {
  const out: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '--') return [...out, ...words.slice(at)];
    const row = rows.find(({ name, value }) => word === `--${name}` && value?.optional === true);
    const next = words[at + 1];
    if (row === undefined) out.push(word);
    else if (next !== undefined && row.value?.takes?.(next) === true) {
      out.push(`${word}=${next}`);
      at++;
    } else out.push(`${word}=`);
  }
  return out;
}

function problemOf(error: Error, rows: readonly OptionRow[]): string {
  const unknown = /^Unknown option '(--?([^']*))'/.exec(error.message);
  const missing = /^Option '.*?([\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(
    error.message,
  )?.[1];
  const row = rows.find(({ name, short }) => missing === `--${name}` || missing === `-${short}`);
  if (row !== undefined) return `--${row.name} is missing its value: ${spelledOption(row)}`;
  // Node's second sentence is about arguments that begin with a hyphen. There are none.
  if (unknown === null) return error.message.split('. ')[0] as string;
  const [, word = '', name = ''] = unknown;
  const near = word.startsWith('--')
    ? suggest(
        name,
        rows.map((row) => row.name),
      )
    : null;
  return `there is no option "${word}"${near === null ? '' : `; did you mean "--${near}"?`}`;
}

function wrongValue(options: ReadonlyMap<string, string>, rows: readonly OptionRow[]): string {
  for (const { name, value } of rows) {
    const given = options.get(name);
    if (given === undefined || value === undefined) continue;
    const { kind, check } = value;
    const expected =
      typeof kind === 'string' ? (check?.(given) ?? '') : kind.includes(given) ? '' : kind.join(', ');
    if (expected !== '') return `--${name} is "${given}": expected ${expected}`;
    if (given === '' && value.optional !== true) return `--${name} is empty: expected ${value.name}`;
  }
  return '';
}

/** Serving takes one folder or file; `--directives` one name. */
function wrongOperands({ operands }: Words): string {
  const [, stray] = operands;
  return stray === undefined ? '' : `unexpected argument "${stray}"`;
}

function wrongCount({ name, operands, kind, least, most }: SubcommandRow, given: readonly string[]): string {
  const stray = given[most];
  if (stray !== undefined) return `unexpected argument "${stray}"`;
  const [first] = given;
  if (first !== undefined && typeof kind !== 'string' && !kind.includes(first)) {
    return `${name} knows no "${first}": expected ${kind.join(', ')}`;
  }
  return given.length < least ? `${name} needs more words: webserv ${name} ${operands}` : '';
}

/** Returns the subcommand that a word was perhaps meant to be, or null. */
export function nearSubcommand(word: string): string | null {
  return suggest(
    word,
    SHOWN.map(({ name }) => name),
  );
}
