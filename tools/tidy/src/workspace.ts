import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Source } from './source.ts';

/** The parts of a package.json that the checks read. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly license?: string;
  readonly repository?: { readonly url?: string; readonly directory?: string };
  readonly engines?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly name?: string; readonly tags?: readonly string[] };
}

/** A member of the workspace. `folder` is a path such as `libs/request`, and `kind` its first part. */
export interface Package {
  readonly folder: string;
  readonly kind: 'libs' | 'apps' | 'tools';
  readonly manifest: Manifest;
  /** Its TypeScript under src/, tests included. */
  readonly sources: readonly Source[];
}

/** The tree as the checks see it. It comes from the disk, or from a few made-up files. */
export interface Workspace {
  readonly paths: ReadonlySet<string>;
  readonly texts: readonly Source[];
  readonly root: Manifest;
  readonly packages: readonly Package[];
}

const SKIPPED = new Set(['node_modules', 'dist', 'coverage', '.git', '.nx']);
const SKIPPED_ENDINGS = new Set(['.log', '.tsbuildinfo']);
const TEXT_ENDINGS = new Set(
  '.ts .js .mjs .cjs .json .md .yml .yaml .conf .txt .html .css .svg .lua .sh .py .pl .php'.split(' '),
);
const MEMBER = /^(libs|apps|tools)\/[^/]+/;

/** Reads the tree under `root`, an absolute path, without the files of a build or an installation. */
export function readWorkspace(root: string): Workspace {
  const paths: string[] = [];
  list(root, '', paths);
  return assemble(paths, (path) => readFileSync(join(root, path), 'utf8'));
}

/** Makes a tree of made-up files, for tests: `{ 'libs/a/src/index.ts': "export * from './b.ts';" }`. */
export function makeWorkspace(files: Readonly<Record<string, string>>): Workspace {
  return assemble(Object.keys(files), (path) => files[path]!);
}

function list(root: string, folder: string, paths: string[]): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (SKIPPED.has(entry.name) || SKIPPED_ENDINGS.has(extname(entry.name))) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) list(root, path, paths);
    else if (entry.isFile()) paths.push(path);
  }
}

function assemble(paths: readonly string[], read: (path: string) => string): Workspace {
  const texts = paths.filter(isText).map((path) => new Source(path, read(path)));
  const manifests = new Map<string, Manifest>();
  for (const { path, text } of texts) {
    if (path === 'package.json' || /^[^/]+\/[^/]+\/package\.json$/.test(path))
      manifests.set(path, JSON.parse(text));
  }
  const folders = new Set(paths.flatMap((path) => MEMBER.exec(path)?.[0] ?? []));
  const packages = [...folders]
    .filter((folder) => !paths.includes(folder))
    .map((folder): Package => {
      const kind = folder.slice(0, folder.indexOf('/')) as Package['kind'];
      const manifest = manifests.get(`${folder}/package.json`) ?? {};
      const sources = texts.filter(({ path }) => path.startsWith(`${folder}/src/`) && path.endsWith('.ts'));
      return { folder, kind, manifest, sources };
    });
  return { paths: new Set(paths), texts, root: manifests.get('package.json') ?? {}, packages };
}

/** Files without an ending (LICENSE, CODEOWNERS, a script) are text too. The lock file is npm's, and no check reads it. */
function isText(path: string): boolean {
  if (path === 'package-lock.json') return false;
  const ending = extname(path);
  return ending === '' || TEXT_ENDINGS.has(ending);
}

/** True if a path is one of `places`, or lies in one of them that is a folder and ends in `/`. */
export function isWithin(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)));
}

/** True for code that only tests load. It may use development packages, and its tables of cases may be long. */
export function isTest(path: string): boolean {
  return /\.(spec|contract|cases)\.ts$|\/(golden|testing)\//.test(path);
}
