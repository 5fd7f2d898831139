/** What a schema finds wrong: the part of zod's issue that a report reads. */
export interface Issue {
  readonly code?: string | undefined;
  readonly message: string;
  /** Its first element is the index of the word. */
  readonly path: readonly PropertyKey[];
  /** The kind of value that is too small or too big: 'string', 'number'. */
  readonly origin?: string | undefined;
  /** The words that are possible. */
  readonly values?: readonly unknown[] | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** The part of a zod schema that this library uses. The types of a row are public, and their users need not have zod. */
interface Schema<T> {
  safeParse(
    words: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

/** Makes a schema that turns the arguments of a directive into a typed value. */
export type Value<T> = () => Schema<T>;
