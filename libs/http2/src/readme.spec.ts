import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as library from './index.ts';

const README = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
const EXAMPLES = [...README.matchAll(/```js\n([\s\S]*?)```\n+```text\n([\s\S]*?)```/g)];

it.each(EXAMPLES.map(([, code = '', output = '']) => [code, output]))(
  'example %# of the README runs and prints what it says',
  (code, output) => {
    const script = code.replace(/import (\{[^}]*\}) from '@webserv\/http2';/, 'const $1 = library;');
    expect(script).not.toBe(code);
    const printed: string[] = [];
    const log = (...words: unknown[]): void => void printed.push(`${words.join(' ')}\n`);
    new Function('library', 'console', script)(library, { log });
    expect(printed.join('')).toBe(output);
  },
);
