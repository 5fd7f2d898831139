import type { CgiRule, Location } from './types.ts';

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

/**
 * Returns how a location runs the file at a path: the interpreter, or '' if the file runs by itself, or null if it is
 * not a script. The method stage decides by the same rule for each file that it opens (`runnerOf` there).
 */
export function runnerOf(rules: readonly CgiRule[], path: string): string | null {
  const lower = path.toLowerCase();
  let runner: string | null = null;
  for (const rule of rules) {
    if (rule.kind === 'all' || (rule.kind === 'script' && rule.path === path)) runner = '';
    if (rule.kind !== 'extension' || !lower.endsWith(rule.ext.toLowerCase())) continue;
    if (rule.interpreter !== '') return rule.interpreter;
    runner = '';
  }
  return runner;
}

/** Whether a location sends files that are not scripts: with GET, or with `method *`. */
export function readsFiles({ methods }: Location): boolean {
  return methods.has('GET') || methods.has('*');
}
