// Writes dist/index.d.ts, the types of the API. The bundle has its libraries inside, so their types come along: the compiler
// writes those of the app and of each library, and what index.ts reaches moves to dist/types/, a folder for each package.
//
//     dist/index.d.ts                        export * from './types/webserv/index.js'
//     dist/types/webserv/serve.d.ts          import type { Config } from '../config/index.js'
//     dist/types/config/index.d.ts           exports Config and no name that nobody asked for
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';

const WRITTEN = 'dist/.types';
const API = 'apps/webserv/src/index.ts';
/** `import { a, type b } from './c.ts'`, the same as an export, and `import("./c.ts").d` within a type. */
const REFERENCE =
  /\b(?:import|export)(?: type)? (\{[^}]*\}|\*(?: as \w+)?) from '([^']+)'|\bimport\(["']([^"']+)["']\)\.(\w+)/g;

const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.types.json'], { stdio: 'inherit' });

/** Where each entry of each library is written: `@webserv/config` in `libs/config/src/index.ts`. */
const entries = new Map();
for (const library of readdirSync('../../libs')) {
  const { name, exports } = JSON.parse(readFileSync(`../../libs/${library}/package.json`, 'utf8'));
  for (const [entry, target] of Object.entries(exports)) {
    entries.set(posix.join(name, entry), posix.join('libs', library, target['@webserv/source']));
  }
}

/** The files that the API reaches, and of each entry of a library the names that somebody asks for. */
const reached = new Map();

function reach(source, names) {
  const asked = reached.get(source) ?? new Set();
  const fresh = names.filter((name) => !asked.has(name));
  if (fresh.length === 0 && reached.has(source)) return;
  reached.set(source, new Set([...asked, ...fresh]));
  for (const [, list, from, within, member] of textOf(source).matchAll(REFERENCE)) {
    const target = resolve(source, from ?? within);
    const found = namesOf(list ?? `{${member}}`).filter(
      (name) =>
        !isEntry(source) || name === '*' || reached.get(source).has('*') || reached.get(source).has(name),
    );
    if (target !== undefined && found.length > 0) reach(target, found);
  }
}

/** `index.ts` only passes names on, so those that nobody asks for can be left out. */
function isEntry(source) {
  return source.startsWith('libs/') && [...entries.values()].includes(source) && source.endsWith('/index.ts');
}

function textOf(source) {
  return readFileSync(join(WRITTEN, source.replace(/\.ts$/, '.d.ts')), 'utf8');
}

function resolve(source, specifier) {
  return specifier.startsWith('.') ? posix.join(dirname(source), specifier) : entries.get(specifier);
}

/** `{ type A, b as c }` names `A` and `b`; all names are `*`. */
function namesOf(list) {
  if (list.startsWith('*')) return ['*'];
  return list.slice(1, -1).split(',').map(nameOf).filter(Boolean);
}

function nameOf(word) {
  return word
    .trim()
    .replace(/^type /, '')
    .replace(/ as .*$/, '');
}

/** `libs/config/src/model/types.ts` is `config/model/types` in dist/types. */
function homeOf(source) {
  return source.replace(/^(?:libs|apps)\/([^/]+)\/src\/(.*)\.ts$/, '$1/$2');
}

function moved(source) {
  const asked = reached.get(source);
  return textOf(source).replace(REFERENCE, (statement, list, from, within) => {
    const target = resolve(source, from ?? within);
    if (target === undefined) return statement;
    const path = posix.relative(dirname(homeOf(source)), homeOf(target));
    const file = `${path.startsWith('.') ? path : `./${path}`}.js`;
    const text = statement.replace(from ?? within, file);
    if (list === undefined || list.startsWith('*') || !isEntry(source) || asked.has('*')) return text;
    const kept = list
      .slice(1, -1)
      .split(',')
      .filter((word) => asked.has(nameOf(word)));
    return text.replace(list, `{${kept.join(',')} }`);
  });
}

reach(API, ['*']);
rmSync('dist/types', { recursive: true, force: true });
for (const source of reached.keys()) {
  const file = `dist/types/${homeOf(source)}.d.ts`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, moved(source).replace(/^export(?: type)? \{ *\} from '[^']*';\n/gm, ''));
}
writeFileSync('dist/index.d.ts', `export * from './types/${homeOf(API)}.js';\n`);
rmSync(WRITTEN, { recursive: true });
