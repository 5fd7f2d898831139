import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as library from './index.ts';

it('the example of the README runs and prints what it says', () => {
  const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
  const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const output = /```text\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const script = code.replace(/import (\{[^}]*\}) from '@webserv\/request';/, 'const $1 = library;');
  expect(script).not.toBe(code);
  const printed: string[] = [];
  const log = (...words: unknown[]): void => void printed.push(`${words.join(' ')}\n`);
  new Function('library', 'console', script)(library, { log });
  expect(printed.join('')).toBe(output);
});
