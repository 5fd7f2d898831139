import { type LocationPath, pathWords } from './location-path.ts';

/** A rule that sends requests on to another path. */
export interface Rewrite {
  readonly pattern: LocationPath;
  /** From `/`, with `$1` to `$9`, `$rest` and `$uri`. */
  readonly path: string;
  /** Replaces that of the request, with `$args` and the variables of a redirection; null keeps it. */
  readonly query: string | null;
}

/** Returns a rule as a config writes it, without quotes. */
export function rewriteWords({ pattern, path, query }: Rewrite): readonly string[] {
  return [...pathWords(pattern), query === null ? path : `${path}?${query}`];
}

/** Returns the key of the origin of a rule, which is how logs name it too. */
export function rewriteKey(rewrite: Rewrite): string {
  return `rewrite ${rewriteWords(rewrite).join(' ')}`;
}

/**
 * Returns what the variables of a rule stand for: the rest behind a prefix, and then what each `*` stands for.
 * @param path decoded and resolved
 * @returns null if the rule is not for this path
 */
export function capturesOf({ kind, text }: LocationPath, path: string): readonly string[] | null {
  if (kind === 'exact') return path === text ? [''] : null;
  if (kind === 'prefix') {
    if (text === '/') return [path];
    return path.startsWith(text) && (path.length === text.length || path[text.length] === '/')
      ? [path.slice(text.length)]
      : null;
  }
  const segments = (text.startsWith('/') ? path : path.slice(path.lastIndexOf('/') + 1)).split('/');
  const wanted = text.split('/');
  if (segments.length !== wanted.length) return null;
  const captures = [''];
  for (const [index, each] of wanted.entries()) {
    const segment = segments[index];
    const star = each.indexOf('*');
    if (star < 0) {
      if (segment !== each) return null;
      continue;
    }
    const end = segment.length - (each.length - star - 1);
    // A star stands for one character or more.
    if (end <= star || !segment.startsWith(each.slice(0, star)) || !segment.endsWith(each.slice(star + 1)))
      return null;
    captures.push(segment.slice(star, end));
  }
  return captures;
}

/** Returns the value of a variable that a rule has taken from the path: `rest`, or the number of a `*`. */
export function capture(captures: readonly string[], name: string): string {
  return (name === 'rest' ? captures[0] : captures[Number(name)]) ?? '';
}

/** Characters of what a rule may make. */
const LONGEST = 32_768;

/**
 * Replaces the variables of a text.
 * @returns null if that makes it too long: some rules grow what they are given
 */
export function expanded(text: string, pattern: RegExp, valueFor: (name: string) => string): string | null {
  let { length } = text;
  const made = text.replace(pattern, (_all, name: string) => {
    const value = length > LONGEST ? '' : valueFor(name);
    length += value.length;
    return value;
  });
  return length > LONGEST ? null : made;
}

/**
 * Returns the path that a rule makes of a path, with single slashes.
 * @returns null if it is too long, or has a dot segment, which no request has
 */
export function rewrittenPath(rule: Rewrite, path: string, captures: readonly string[]): string | null {
  const made = expanded(rule.path, /\$(uri|rest|[1-9])/g, (name) =>
    name === 'uri' ? path : capture(captures, name),
  )?.replace(/\/{2,}/g, '/');
  return made === undefined || /\/\.{1,2}(?:\/|$)/.test(made) ? null : made;
}
