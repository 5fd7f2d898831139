/** A field of an answer: its name as the config writes it, and its value. */
export type AnswerField = readonly [name: string, value: string];

/** How long clients may keep an answer, in milliseconds; `max` is as long as they like, `off` says nothing. */
export type Expires = number | 'max' | 'off';

/** The fields that a config adds to the answers of a block. Blocks that add nothing share the object of the block around. */
export interface AnswerFields {
  /** In the order of the answer. Blocks add up: those of the server first, without what the location replaces or takes away. */
  readonly headers: readonly AnswerField[];
  /** Names in lower case that answers do not have. */
  readonly withheld: ReadonlySet<string>;
  readonly expires: Expires;
  /** The origins whose pages may read the answers (the Fetch standard, section 3.3). `*` alone is every origin. Empty is off. */
  readonly cors: readonly string[];
  /** What `security_headers` adds to answers that do not have these fields. Empty is off. */
  readonly presets: readonly AnswerField[];
}

/**
 * What `security_headers` adds where an answer does not have the field yet.
 *
 * nosniff: a browser takes the media type as it is stated. SAMEORIGIN and frame-ancestors: pages of other origins cannot
 * put this one into a frame. strict-origin-when-cross-origin: other sites see the origin of a link, and not its path.
 * same-origin: a page of another origin that opens this one cannot reach into its window. base-uri and object-src: text
 * that gets into a page by mistake cannot change where its links lead, or run plugins.
 */
export const SECURITY_FIELDS: readonly AnswerField[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'SAMEORIGIN'],
  ['Referrer-Policy', 'strict-origin-when-cross-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Content-Security-Policy', "base-uri 'self'; frame-ancestors 'self'; object-src 'none'"],
];
