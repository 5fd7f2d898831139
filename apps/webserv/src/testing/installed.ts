import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const DIST = resolve(__dirname, '../../dist');
const MODULES = resolve(__dirname, '../../../../node_modules');

/**
 * Copies the build, with what it needs, into a folder: an account of its own may not be let into the folders above this one.
 * @returns the program
 */
export function installed(folder: string): string {
  cpSync(DIST, join(folder, 'dist'), { recursive: true });
  for (const name of ['koffi', '@koromix', 'markdown-it']) {
    const from = join(MODULES, name);
    if (existsSync(from)) cpSync(from, join(folder, 'node_modules', name), { recursive: true });
  }
  // The clone may have been installed for its owner alone.
  execFileSync('chmod', ['-R', 'a+rX', join(folder, 'dist'), join(folder, 'node_modules')]);
  return join(folder, 'dist/main.js');
}
