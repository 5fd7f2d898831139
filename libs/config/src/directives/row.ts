import type { Value } from './values/value.ts';

/** A place where a directive is allowed. `types` is the inside of a `types { }` block. */
export type Context = 'main' | 'server' | 'location' | 'types';

/** One directive. The parser, the validator, the help and the reference page know only what a row says. */
export interface Row<T = unknown> {
  readonly name: string;
  readonly contexts: readonly Context[];
  /** The arguments, for people. */
  readonly usage: string;
  readonly min: number;
  readonly max: number;
  /** How often one block may hold it. */
  readonly repeat: 'once' | 'many';
  /** Whether, in code, a list of words is one directive for each word, and only a list of lists holds their words. */
  readonly each: boolean;
  /** Whether a block that does not set it inherits it from the enclosing block. */
  readonly inherits: boolean;
  /** Whether it acts before a request names its server. Then the first server on an address decides. */
  readonly firstOnly: boolean;
  /** The context inside its `{ }`, or null for a directive that ends with `;`. */
  readonly block: Context | null;
  readonly value: Value<T>;
  /** What is right, in words, for messages. */
  readonly expects: string;
  /** The arguments that it has if no block sets it, as a config would write them. Null if it then has no value. */
  readonly default: string | null;
  readonly help: string;
  /** Names of the same thing in other servers, for "did you mean". */
  readonly alias: readonly string[];
}

type Needed = 'name' | 'contexts' | 'usage' | 'value' | 'expects' | 'help';

/** The part of a row that decides how code writes the directive: the compiler keeps these values as types. */
type Shape = Pick<Row, 'contexts' | 'min' | 'max' | 'repeat' | 'each' | 'block'>;

const COMMON = {
  min: 1,
  max: 1,
  repeat: 'once',
  each: false,
  inherits: true,
  firstOnly: false,
  block: null,
  default: null,
  alias: [],
} as const;

/** A row with the shape that `S` gives. The rest of the shape is the common one. */
type Shaped<T, S> = Row<T> &
  Pick<S, keyof S & keyof Shape> &
  Omit<Pick<typeof COMMON, keyof typeof COMMON & keyof Shape>, keyof S>;

/** Makes a row. What `given` leaves out is the common case: one argument, once, inherited, no block, no default. */
export function row<T, const S extends Pick<Shape, 'contexts'> & Partial<Shape>>(
  given: Pick<Row<T>, Needed> & Partial<Row<T>> & S,
): Shaped<T, S> {
  return { ...COMMON, ...given };
}
