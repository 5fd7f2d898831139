import type { CgiRule, Location, Runner } from './types.ts';

/** The part of a rule that says what it runs. Its paths need not be resolved yet. */
type Subject =
  | { readonly kind: 'script'; readonly name: string }
  | { readonly kind: 'extension'; readonly ext: string }
  | { readonly kind: 'all' };

/** Returns what a rule runs, as a config writes it: the name of a script, an extension, or `*`. */
export function cgiKey(rule: Subject): string {
  switch (rule.kind) {
    case 'script':
      return rule.name;
    case 'extension':
      return rule.ext;
    case 'all':
      return '*';
  }
}

/** The runner of a script that runs by itself. */
export const ITSELF: Runner = { interpreter: '', application: null };

/** Whether a script must be a program of its own. */
export function runsItself({ interpreter, application }: Runner): boolean {
  return interpreter === '' && application === null;
}

/**
 * Returns how a location runs the file at a path, or null if it is not a script. The method stage decides by the same rule
 * for each file that it opens (`runnerOf` there).
 */
export function runnerOf(rules: readonly CgiRule[], path: string): Runner | null {
  const lower = path.toLowerCase();
  let runner: Runner | null = null;
  for (const rule of rules) {
    if (rule.kind === 'all' || (rule.kind === 'script' && rule.path === path)) runner = ITSELF;
    if (rule.kind !== 'extension' || !lower.endsWith(rule.ext.toLowerCase())) continue;
    if (!runsItself(rule)) return rule;
    runner = ITSELF;
  }
  return runner;
}

/** Whether a location runs anything: scripts among its files, or programs for URLs. */
export function runsPrograms({ cgi, actions }: Location): boolean {
  return cgi.length > 0 || actions.some(({ program }) => program !== null);
}

/** Whether a location runs anything, be it for its errors alone. */
export function startsScripts(location: Location): boolean {
  if (runsPrograms(location)) return true;
  for (const answer of location.errors.values()) if (answer?.script) return true;
  return false;
}

/** Whether a location sends files that are not scripts: with GET, or with `method *`. */
export function readsFiles({ methods }: Location): boolean {
  return methods.has('GET') || methods.has('*');
}
