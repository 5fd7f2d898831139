/** The paths that a location is for. */
export interface LocationPath {
  /** `prefix` holds all below it, `exact` one path. In a `pattern` each `*` stands for a part of one segment. */
  readonly kind: 'prefix' | 'exact' | 'pattern';
  /** From `/`. A pattern of the last segment alone begins with its first character. */
  readonly text: string;
  /** Of the locations that hold a path the highest one answers, and of equal ones the first. */
  readonly rank: number;
}

/** Characters of a path that a config may write. So each kind has ranks of its own. */
export const LONGEST_PATH = 4096;

const PATTERN = LONGEST_PATH * 2;
const EXACT = PATTERN + LONGEST_PATH * LONGEST_PATH * 2;

/** An exact path before a pattern, and a pattern before a prefix. More text before the `*` decides first, then more text. */
export function pathOf(kind: LocationPath['kind'], text: string): LocationPath {
  const rank =
    kind === 'prefix'
      ? text.length
      : kind === 'exact'
        ? EXACT
        : PATTERN + text.indexOf('*') * LONGEST_PATH + text.length;
  return { kind, text, rank };
}

/** Returns what the root of a location stands for: its prefix, or what precedes the last `/` before a `*` or a last name. */
export function prefixOf({ kind, text }: LocationPath): string {
  if (kind === 'prefix') return text;
  const end = kind === 'exact' ? text.length : text.indexOf('*');
  return text.slice(0, Math.max(0, text.lastIndexOf('/', end - (kind === 'exact' ? 1 : 0)))) || '/';
}

/** Returns a location's path as a config writes it, without quotes. */
export function pathWords({ kind, text }: LocationPath): readonly string[] {
  return kind === 'exact' ? ['=', text] : [text];
}
