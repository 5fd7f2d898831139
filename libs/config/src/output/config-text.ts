// Turns a config from code into a text. The types come from the table of directives.

import type { Context, Row } from '../directives/row.ts';
import { type DIRECTIVES, type DirectiveName, rowIn, type ValueOf } from '../directives/table.ts';
import { print, type Statement } from '../syntax/print.ts';

/** One argument, as the language writes it: a size is `'10m'` or a number of bytes, a time is `'500ms'` or seconds. */
type Word = string | number;

type Table = typeof DIRECTIVES;

/** A directive with a fixed choice of words takes one of them, a flag takes a boolean, any other takes a word. */
type OneWord<T> = [T] extends [boolean]
  ? boolean
  : string extends T
    ? Word
    : [T] extends [string]
      ? T | ('on' extends T ? boolean : never)
      : Word;

type Words<N extends DirectiveName> = Table[N]['max'] extends 1
  ? OneWord<ValueOf<N>>
  : Table[N]['min'] extends 0 | 1
    ? Word | readonly Word[]
    : readonly Word[];

type Repeated<N extends DirectiveName, One> = Table[N]['repeat'] extends 'many'
  ? Table[N]['each'] extends true
    ? Word | readonly One[]
    : One | readonly Exclude<One, Word>[] | readonly Extract<One, Word>[]
  : One;

type Inside<C> = C extends 'types' ? TypesBlock : C extends Context ? Block<C> : never;

/** What follows the name of a directive: its words, its block, or its blocks by their argument. */
type Written<N extends DirectiveName> = Table[N]['block'] extends Context
  ? Table[N]['max'] extends 0
    ? Repeated<N, Inside<Table[N]['block']>>
    : { readonly [argument: string]: Inside<Table[N]['block']> | undefined }
  : Repeated<N, Words<N>>;

/** The directives that are allowed in a context, by their names in the language. `undefined` writes nothing. */
type Block<C extends Context> = {
  readonly [N in DirectiveName as C extends Table[N]['contexts'][number] ? N : never]?:
    | Written<N>
    | undefined;
};

/** Extensions by media type. */
interface TypesBlock {
  readonly [type: string]: Word | readonly Word[] | undefined;
}

export type MainBlock = Block<'main'>;
export type ServerBlock = Block<'server'>;
export type LocationBlock = Block<'location'>;

/**
 * Writes a config as text. It quotes each word that needs quotes.
 *
 * A list holds the words of one directive, or one directive for each word if the directive takes a single word. A
 * list of lists holds one directive for each of them. An empty list of a directive that may be repeated writes
 * nothing. All directives of one name stand together, so rules of access that alternate between `allow` and `deny` have no
 * spelling here. `true` and `false` are `on` and `off`. A block with an argument has the argument as its key.
 *
 * `loadText` checks the result as it checks a file. The language has no spelling for a control character other than
 * tab, CR and LF: `loadText` reports it.
 */
export function configText(main: MainBlock): string {
  return print(statements('main', main));
}

/** What a caller can write after a name. JavaScript has no types that keep it to `Written`. */
type Given = undefined | null | boolean | Word | object | readonly Given[];

function statements(context: Context | null, block: object): Statement[] {
  const out: Statement[] = [];
  for (const [name, given] of Object.entries(block) as [string, Given][]) {
    if (given === undefined || given === null) continue;
    const row = context === null ? null : rowIn(context, name);
    for (const each of directives(row, given)) out.push(...statement(row, name, each));
  }
  return out;
}

/** Returns the directives that one name stands for. */
function directives(row: Row | null, given: Given): readonly Given[] {
  if (!isList(given)) return [given];
  const many = row?.repeat === 'many';
  const several =
    given.some((each) => typeof each === 'object') ||
    (many && (row.max <= 1 || row.each || given.length === 0));
  return several ? given : [given];
}

function statement(row: Row | null, name: string, given: Given): Statement[] {
  if (typeof given !== 'object' || given === null || isList(given)) {
    return [{ name, args: (isList(given) ? given : [given]).map(spelled), block: null }];
  }
  const inside = row?.block ?? null;
  if (row === null || row.max === 0) return [{ name, args: [], block: statements(inside, given) }];
  return Object.entries(given)
    .filter(([, block]) => block !== undefined && block !== null)
    .map(([argument, block]) => ({ name, args: [argument], block: statements(inside, block) }));
}

function isList(given: Given): given is readonly Given[] {
  return Array.isArray(given);
}

function spelled(given: Given): string {
  return given === true ? 'on' : given === false ? 'off' : String(given);
}
