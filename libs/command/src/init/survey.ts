import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What `init` looks at in a folder. */
export interface Survey {
  /** The folder that holds the site, as the configuration names it: `.` or a build, such as `dist`. */
  readonly root: string;
  /** True if the root is what a bundler has written. */
  readonly built: boolean;
  /** True if the root is an application with one page, which makes its own routes. */
  readonly spa: boolean;
  /** True if the root has index.html. */
  readonly index: boolean;
  /** True if some of its files have a compressed one beside them. */
  readonly precompressed: boolean;
  readonly php: boolean;
  /** The interpreter of PHP scripts; '' if this machine has none. */
  readonly phpCgi: string;
  readonly cgiBin: boolean;
}

/** Where bundlers write, in the order in which they are looked for. */
const BUILDS = ['dist', 'build', 'out', '_site', 'public'];
/** As many names as a look at a folder takes. */
const MOST_NAMES = 1000;

/** Looks at a folder. It looks at names alone, and reads no file. */
export function survey(folder: string, env: NodeJS.ProcessEnv = process.env): Survey {
  const has = (...path: string[]): boolean => kindOf(join(folder, ...path)) === 'file';
  const own = has('index.html') || has('index.php');
  // An index.html beside package.json is what a bundler reads, and not the page to be served.
  const looked = own && !has('package.json') ? [] : BUILDS;
  const build = looked.find((name) => has(name, 'index.html') || has(name, 'index.php'));
  const root = build ?? '.';
  const names = namesIn(join(folder, root));
  return {
    root,
    built: build !== undefined && has('package.json'),
    spa: build !== undefined && has('package.json') && pagesOf(names).join() === 'index.html',
    index: names.includes('index.html'),
    precompressed: [...names, ...namesIn(join(folder, root, 'assets'))].some((name) =>
      /\.(html|js|css|svg)\.(br|gz|zst)$/.test(name),
    ),
    php: names.some((name) => name.endsWith('.php')),
    phpCgi: programNamed('php-cgi', env),
    cgiBin: kindOf(join(folder, 'cgi-bin')) === 'folder',
  };
}

function kindOf(path: string): 'file' | 'folder' | '' {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? '' : status.isDirectory() ? 'folder' : status.isFile() ? 'file' : '';
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).slice(0, MOST_NAMES);
  } catch {
    return [];
  }
}

function pagesOf(names: readonly string[]): string[] {
  return names.filter((name) => name.endsWith('.html'));
}

function programNamed(name: string, { PATH: path = '' }: NodeJS.ProcessEnv): string {
  const found = path.split(delimiter).map((folder) => join(folder, name));
  return found.find(isProgram) ?? '';
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return file.startsWith('/');
  } catch {
    return false;
  }
}
