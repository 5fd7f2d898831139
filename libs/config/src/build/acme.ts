// Builds what a server with `acme` has: a certificate in the store, and the place where an authority looks for answers.

import { absolutePath, under } from '../disk/path.ts';
import { CHALLENGES } from '../model/challenges.ts';
import { pathOf } from '../model/location-path.ts';
import type { Acme, CertificateFiles, Location, Scope } from '../model/types.ts';
import { type Level, originOf } from './level.ts';
import type { LevelReader } from './level-reader.ts';

/** The folder of the store, or null. */
export function buildAcmeStore(main: Level, reader: LevelReader): string | null {
  const setting = main.own('acme_store');
  if (setting === null) return null;
  reader.mark('acme_store', originOf(setting, main));
  return absolutePath(setting.directive.source.folder, setting.value);
}

export function buildAcme(level: Level, reader: LevelReader): Acme | null {
  const setting = level.own('acme');
  if (setting === null) return null;
  reader.mark('acme', originOf(setting, level));
  return setting.value;
}

/**
 * The file that holds key and chain of the certificate for these names: the keeper of certificates puts it there.
 * @param names those of the server
 */
export function keptCertificate(store: string, names: readonly string[]): CertificateFiles {
  const path = under(store, `certificates/${(names[0] ?? '').toLowerCase()}.pem`);
  return { chain: path, key: path };
}

/** Serves the answers to challenges, and nothing else. @param base the settings of the server */
export function challengeLocation(
  id: number,
  store: string,
  base: Scope,
  level: Level,
  reader: LevelReader,
): Location {
  const { source, name } = level.opening.directive;
  return {
    ...base,
    id,
    path: pathOf('prefix', CHALLENGES),
    prefix: CHALLENGES,
    root: under(store, 'challenges/http'),
    defaultFiles: [],
    uploadPath: null,
    putRoot: null,
    autoIndex: 'off',
    tries: null,
    spa: '',
    methods: new Set(['GET']),
    guard: null,
    symlinks: false,
    dotfiles: false,
    precompressed: [],
    compress: [],
    compressScripts: [],
    redirection: null,
    rewrites: [],
    cgi: [],
    application: null,
    mount: null,
    at: source.position(name.start, name.end),
    origins: reader.origins,
  };
}
