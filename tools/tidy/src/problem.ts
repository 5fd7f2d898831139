/** One breach of a rule: its place (`line` from 1, or 0 for the whole file), what is wrong, and how to fix it. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly fix: string;
}

/** Returns the problems as text, each once, one a line, as editors turn them into links; '' if there are none. */
export function report(problems: readonly Problem[]): string {
  const lines = problems.map(
    ({ file, line, message, fix }) => `${line === 0 ? file : `${file}:${line}`}: ${message}; ${fix}`,
  );
  return [...new Set(lines)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).join('\n');
}
