/** Returns where markdown-it lies, in its build of one file: a thread begins sooner with it. '' if it is not installed. */
export function markdown(): string {
  try {
    return require.resolve('markdown-it/browser');
  } catch {
    return '';
  }
}
