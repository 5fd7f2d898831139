import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where an entry leads; a condition such as `browser` may hold others. */
export interface Conditions {
  readonly [name: string]: string | Conditions;
}

/** The parts of a package.json that a check reads. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly main?: string;
  readonly types?: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Conditions>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A package that is published; `folder` is `libs/request`. */
export interface Member {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly readme: string;
}

export const ROOT = resolve(__dirname, '../../..');

/** Every library and app that is not private: nobody keeps a list. */
export function members(root = ROOT): Member[] {
  const folders = ['libs', 'apps'].flatMap((kind) =>
    readdirSync(join(root, kind)).map((name) => `${kind}/${name}`),
  );
  return folders
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map(
      (folder): Member => ({
        folder,
        manifest: manifestOf(join(root, folder)),
        readme: textOf(root, folder),
      }),
    )
    .filter(({ manifest }) => manifest.private !== true);
}

/** The entries that others can import. One that leads to its source alone is for the tests of this workspace. */
export function entriesOf({ exports }: Manifest): string[] {
  return Object.keys(exports).filter((entry) => !isInternal(exports[entry]!));
}

export function internalOf({ exports }: Manifest): string[] {
  return Object.keys(exports).filter((entry) => isInternal(exports[entry]!));
}

function isInternal(conditions: Conditions): boolean {
  return Object.keys(conditions).every((name) => name === '@webserv/source');
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function textOf(root: string, folder: string): string {
  return readFileSync(join(root, folder, 'README.md'), 'utf8');
}
