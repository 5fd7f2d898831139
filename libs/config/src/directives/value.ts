/** What a schema finds wrong: of zod's issue the part that a report reads. */
export interface Issue {
  readonly code?: string | undefined;
  readonly message: string;
  /** Its first element is the place of the word. */
  readonly path: readonly PropertyKey[];
  /** Of what is too small or too big: 'string', 'number'. */
  readonly origin?: string | undefined;
  /** The words that are possible. */
  readonly values?: readonly unknown[] | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** A zod schema as its readers see it. The types of a row stand in the public API, and a user of those need not have zod. */
interface Schema<T> {
  safeParse(
    words: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

/** A schema, not yet made: the words behind a directive's name in, a typed value out. */
export type Value<T> = () => Schema<T>;
