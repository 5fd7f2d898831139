/** One breach of a rule: where it stands (`line` from 1, 0 where the whole file is meant), what is wrong, how to mend it. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly mend: string;
}

/** The problems as text, each once, one a line, in the form that editors turn into links; '' where there are none. */
export function report(problems: readonly Problem[]): string {
  const lines = problems.map(
    ({ file, line, message, mend }) => `${line === 0 ? file : `${file}:${line}`}: ${message}; ${mend}`,
  );
  return [...new Set(lines)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).join('\n');
}
