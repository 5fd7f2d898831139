import type { Value } from './value.ts';

/** Where a directive may stand. `types` is the inside of a `types { }` block. */
export type Context = 'main' | 'server' | 'location' | 'types';

/** One directive. Parser, validator, help and reference page know nothing that is not written here. */
export interface Row<T = unknown> {
  readonly name: string;
  readonly contexts: readonly Context[];
  /** The arguments, for people. */
  readonly usage: string;
  readonly min: number;
  readonly max: number;
  /** How often in one block. */
  readonly repeat: 'once' | 'many';
  /** Whether a block that does not set it takes it from the block around. */
  readonly inherits: boolean;
  /** Acts before a request names its server: of the servers on one address, the first has its say. */
  readonly firstOnly: boolean;
  /** The context inside its `{ }`, or null for a directive that ends with `;`. */
  readonly block: Context | null;
  readonly value: Value<T>;
  /** What is right, in words, for reports. */
  readonly expects: string;
  /** Its arguments where nobody writes it, as they would be written; null where there is no value then. */
  readonly default: string | null;
  readonly help: string;
  /** What the same thing is called elsewhere, for "did you mean". */
  readonly alias: readonly string[];
}

type Needed = 'name' | 'contexts' | 'usage' | 'value' | 'expects' | 'help';

/** The part of a row that decides how code writes the directive: the compiler keeps these values as types. */
type Shape = Pick<Row, 'contexts' | 'min' | 'max' | 'repeat' | 'block'>;

const COMMON = {
  min: 1,
  max: 1,
  repeat: 'once',
  inherits: true,
  firstOnly: false,
  block: null,
  default: null,
  alias: [],
} as const;

/** A row with the shape that `S` gives; the rest of the shape is the common one. */
type Shaped<T, S> = Row<T> &
  Pick<S, keyof S & keyof Shape> &
  Omit<Pick<typeof COMMON, keyof typeof COMMON & keyof Shape>, keyof S>;

/** A row; what is left out is the common case: one argument, once, inherited, no block, no default. */
export function row<T, const S extends Pick<Shape, 'contexts'> & Partial<Shape>>(
  given: Pick<Row<T>, Needed> & Partial<Row<T>> & S,
): Shaped<T, S> {
  return { ...COMMON, ...given };
}
