import { isatty } from 'node:tty';

/**
 * Whether what is written to a descriptor may have colors: it is a terminal, and nobody has said no (NO_COLOR,
 * https://no-color.org). FORCE_COLOR colors what is no terminal too, as in Node.
 */
export function colored(fd: number, env: NodeJS.ProcessEnv = process.env): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force = '', TERM: terminal } = env;
  if (no !== '') return false;
  if (force !== '') return force !== '0';
  return isatty(fd) && terminal !== 'dumb';
}
