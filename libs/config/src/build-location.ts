// One location: what it says itself, and what it takes from its server.

import type { Surroundings } from './build.ts';
import { type Problems, quoted } from './diagnostic.ts';
import { ownClaims, Taker } from './inherit.ts';
import { type Level, originOf, wordSpan } from './level.ts';
import { mergeTypes } from './media-types.ts';
import { absolutePath, under } from './path.ts';
import { buildScope } from './scope.ts';
import type { CgiRule, Location, Origins } from './types.ts';

export function buildLocation(
  level: Level,
  id: number,
  outerTypes: ReadonlyMap<string, string>,
  serverOrigins: Origins,
  around: Surroundings,
): Location {
  const opener = level.opener!.directive;
  const redirection = level.own('redirection');
  // A redirection overrides everything beside it: such a location is its server's settings and the redirection.
  const from = redirection === null ? level : level.parent!;
  const taker = new Taker(from, serverOrigins);
  const types = redirection === null ? mergeTypes(outerTypes, level, taker, around.problems) : outerTypes;
  const scope = buildScope(taker, types);
  const index = resolveIndex(from, taker);
  let cgi: CgiRule[] = [];
  if (redirection === null) {
    around.claims.push(...ownClaims(level));
    checkRoot(level, around.problems);
    cgi = buildCgi(level, scope.root, taker, around);
    claimDefaultFile(level, scope.root, index, cgi, around);
  } else taker.mark('redirection', originOf(redirection, level));
  // Written out field by field: this object is read on every request, and one made by spreading is slow to read.
  return {
    id,
    prefix: level.opener!.value as string,
    root: scope.root,
    defaultFile: index.defaultFile,
    uploadPath: scope.uploadPath,
    uploadOverwrite: scope.uploadOverwrite,
    uploadFsync: scope.uploadFsync,
    autoIndex: index.autoIndex,
    methods: scope.methods,
    bodySize: scope.bodySize,
    minRate: scope.minRate,
    symlinks: scope.symlinks,
    dotfiles: scope.dotfiles,
    precompressed: scope.precompressed,
    compress: scope.compress,
    compressTypes: scope.compressTypes,
    compressMin: scope.compressMin,
    types: scope.types,
    charset: scope.charset,
    timeouts: scope.timeouts,
    redirection: redirection?.value ?? null,
    cgi,
    at: opener.source.position(opener.name.start, (opener.args[0] ?? opener.name).end),
    origins: taker.origins,
  };
}

function checkRoot(level: Level, problems: Problems): void {
  if (level.resolve('root') !== null || level.damaged || level.parent!.damaged) return;
  const message = 'neither this location nor its server has a root';
  problems.error('missing-root', wordSpan(level.opener!.directive, 0), message, {
    expected: '"root FOLDER;"',
  });
}

interface Index {
  readonly defaultFile: string | null;
  readonly autoIndex: boolean;
}

/**
 * A location's own `default_file` ends `auto_index`; without one, `auto_index` ends the server's `default_file`.
 * So of the two exactly one is in force, and whoever serves a folder need not know this rule.
 */
function resolveIndex(level: Level, taker: Taker): Index {
  // In a server, where a redirection looks, nothing is a location's own.
  const own = level.context === 'location' ? level.own('default_file') : null;
  const listing = level.settle('auto_index');
  if (own !== null) {
    taker.mark('default_file', originOf(own, level));
    taker.mark('auto_index', listing.value ? originOf(own, level) : listing.origin);
    return { defaultFile: own.value, autoIndex: false };
  }
  taker.mark('auto_index', listing.origin);
  if (listing.value) {
    taker.mark('default_file', listing.origin);
    return { defaultFile: null, autoIndex: true };
  }
  return { defaultFile: taker.take('default_file'), autoIndex: false };
}

/**
 * A default file must be there where it was written for this root: by the location itself, or by the server
 * together with the root. One that is inherited into another root is a wish, not a claim, and so is the one of
 * a location whose script answers instead.
 */
function claimDefaultFile(
  level: Level,
  rootPath: string,
  index: Index,
  cgi: readonly CgiRule[],
  around: Surroundings,
): void {
  const root = level.resolve('root');
  if (root === null || index.defaultFile === null || cgi.some((rule) => rule.kind === 'script')) return;
  const { setting, level: fileLevel } = level.settle('default_file');
  if (setting === null || (fileLevel !== level && fileLevel !== root.level)) return;
  around.claims.push({
    need: 'file',
    path: under(rootPath, index.defaultFile),
    at: wordSpan(setting.directive, 0),
  });
}

function buildCgi(level: Level, rootPath: string, taker: Taker, around: Surroundings): CgiRule[] {
  const rules: CgiRule[] = [];
  const settings = level.all('cgi');
  const interpreted = new Set(
    settings.flatMap(({ value }) => (value.kind === 'extension' ? [value.ext] : [])),
  );
  const seen = new Set<string>();
  for (const setting of settings) {
    const { value, directive } = setting;
    const at = wordSpan(directive, 0);
    const key = value.kind === 'script' ? value.name : value.ext;
    if (seen.has(key)) {
      around.problems.error('duplicate-value', at, `${quoted(key)} has a rule already`);
      continue;
    }
    seen.add(key);
    taker.mark(`cgi ${key}`, originOf(setting, level));
    if (value.kind === 'script') {
      const path = under(rootPath, value.name);
      const dot = value.name.lastIndexOf('.');
      const byInterpreter = dot >= 0 && interpreted.has(value.name.slice(dot));
      if (rootPath !== '') around.claims.push({ need: byInterpreter ? 'file' : 'program', path, at });
      rules.push({ kind: 'script', name: value.name, path });
      continue;
    }
    const at1 = wordSpan(directive, 1);
    const interpreter = findInterpreter(value.interpreter, directive.source.folder, around);
    if (interpreter === null) {
      const message = `there is no program ${quoted(value.interpreter)} on the search path`;
      around.problems.error('not-found', at1, message, { expected: 'the path of an interpreter' });
      continue;
    }
    around.claims.push({ need: 'program', path: interpreter, at: at1 });
    rules.push({ kind: 'extension', ext: value.ext, interpreter });
  }
  return rules;
}

function findInterpreter(name: string, folder: string, around: Surroundings): string | null {
  return name.includes('/') ? absolutePath(folder, name) : around.findProgram(name);
}
