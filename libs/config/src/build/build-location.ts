// Builds one location from its own settings and those that it inherits from its server.

import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/position.ts';
import type { CgiWords, FastCgiWords } from '../directives/scripts.ts';
import { absolutePath, under } from '../disk/path.ts';
import { cgiKey, runnerOf, runsItself } from '../model/cgi-rules.ts';
import { prefixOf } from '../model/location-path.ts';
import { type Rewrite, rewriteKey } from '../model/rewrite.ts';
import type { Application, AutoIndex, CgiRule, Location, Origins, Scope } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import { buildErrors } from './answers/errors.ts';
import { buildFields, setsFields } from './answers/fields.ts';
import type { Claim } from './claim.ts';
import type { Surroundings } from './draft.ts';
import { type Level, originOf, type Setting } from './level.ts';
import { LevelReader } from './level-reader.ts';
import { mergeTypes } from './media-types.ts';
import { buildMount } from './mount.ts';
import { ownClaims } from './own-claims.ts';
import { buildScope } from './scope.ts';

export function buildLocation(
  level: Level,
  id: number,
  base: Scope,
  serverOrigins: Origins,
  around: Surroundings,
): Location {
  const { directive: opener, value: path } = level.openedBy('location');
  const redirects = level.own('redirection');
  const redirection = redirects ?? level.own('return');
  // A redirection overrides everything beside it: such a location has the settings of its server.
  const from = redirection === null ? level : level.outer;
  const reader = new LevelReader(from, serverOrigins);
  const scope = from !== level || level.isEmpty ? base : scopeOf(level, reader, base, around);
  const index = resolveIndex(from, reader);
  const runs = redirection === null ? buildServing(level, scope.root, index, reader, around) : NOTHING;
  if (redirection !== null)
    reader.mark(redirects === null ? 'return' : 'redirection', originOf(redirection, level));
  // Written field by field: every request reads this object, and an object made by spreading is slow to read.
  return {
    id,
    path,
    prefix: prefixOf(path),
    root: scope.root,
    defaultFiles: index.defaultFiles,
    uploadPath: scope.uploadPath,
    putRoot: redirection === null ? claimPut(level, scope, runs.cgi, around) : null,
    uploadOverwrite: scope.uploadOverwrite,
    uploadFsync: scope.uploadFsync,
    uploadInert: scope.uploadInert,
    cgiUploads: scope.cgiUploads,
    autoIndex: index.autoIndex,
    listing: scope.listing,
    tries: scope.tries,
    spa: scope.spa,
    methods: scope.methods,
    head: scope.head,
    actions: scope.actions,
    bodySize: scope.bodySize,
    minRate: scope.minRate,
    env: scope.env,
    limitRate: scope.limitRate,
    limitRateAfter: scope.limitRateAfter,
    cgiSpool: scope.cgiSpool,
    runs: scope.runs,
    symlinks: scope.symlinks,
    dotfiles: scope.dotfiles,
    precompressed: scope.precompressed,
    compress: scope.compress,
    compressScripts: scope.compressScripts,
    compressTypes: scope.compressTypes,
    compressMin: scope.compressMin,
    types: scope.types,
    defaultType: scope.defaultType,
    charset: scope.charset,
    etag: scope.etag,
    errors: errorsOf(level, scope, reader),
    fields: fieldsOf(level, scope, reader),
    timeouts: scope.timeouts,
    guard: scope.guard,
    redirection: redirection?.value ?? null,
    rewrites: redirection === null ? buildRewrites(level, reader) : [],
    cgi: runs.cgi,
    application: runs.application,
    mount: runs.mount,
    at: opener.source.position(opener.name.start, (opener.args.at(-1) ?? opener.name).end),
    origins: reader.origins,
  };
}

function scopeOf(level: Level, reader: LevelReader, base: Scope, { problems }: Surroundings): Scope {
  return buildScope(reader, mergeTypes(base.types, level, reader, problems), base);
}

/** What a location runs. */
type Runs = Pick<Location, 'cgi' | 'application' | 'mount'>;

const NOTHING: Runs = { cgi: [], application: null, mount: null };

/** Builds what a location that serves files needs beside its settings. */
function buildServing(
  level: Level,
  root: string,
  index: Index,
  reader: LevelReader,
  around: Surroundings,
): Runs {
  around.claims.push(...ownClaims(level));
  checkRoot(level, around.problems);
  const runs = buildRuns(level, root, reader, around);
  claimFallbacks(level, root, index, runs.cgi, around);
  return runs;
}

function buildRuns(level: Level, root: string, reader: LevelReader, around: Surroundings): Runs {
  const cgi = buildCgi(level, root, reader, around);
  const application = buildFastCgi(level, cgi, reader, around);
  const mount = buildMount(level, cgi, application, reader, around);
  return { cgi, application: mount === null ? application : null, mount };
}

/** A redirection is an answer as well: the fields beside it are on it. */
function fieldsOf(level: Level, scope: Scope, reader: LevelReader): Scope['fields'] {
  return level === reader.level || !setsFields(level) ? scope.fields : buildFields(reader, level);
}

/** A redirection may be one to nothing: what answers the errors beside it counts, too. */
function errorsOf(level: Level, scope: Scope, reader: LevelReader): Scope['errors'] {
  return level === reader.level || level.own('error') === null ? scope.errors : buildErrors(reader, level);
}

function checkRoot(level: Level, problems: Problems): void {
  if (level.resolve('root') !== null || level.damaged || level.outer.damaged) return;
  const message = 'neither this location nor its server has a root';
  problems.error('missing-root', wordSpan(level.opening.directive, 0), message, {
    expected: '"root FOLDER;"',
  });
}

interface Index {
  readonly defaultFiles: readonly string[];
  readonly autoIndex: AutoIndex;
}

/**
 * A location's own `default_file` turns `auto_index on` off. Without one, `auto_index on` turns off the server's
 * `default_file`. So the code that serves a folder need not know this rule. `auto_index missing` stands beside both.
 */
function resolveIndex(level: Level, reader: LevelReader): Index {
  // A location with a redirection takes its server's level, where nothing is its own.
  const own = level.context === 'location' ? level.own('default_file') : null;
  const listing = level.settle('auto_index');
  if (own !== null) {
    reader.mark('default_file', originOf(own, level));
    const loses = listing.value === 'on';
    reader.mark('auto_index', loses ? originOf(own, level) : listing.origin);
    return { defaultFiles: own.value, autoIndex: loses ? 'off' : listing.value };
  }
  reader.mark('auto_index', listing.origin);
  if (listing.value === 'on') {
    reader.mark('default_file', listing.origin);
    return { defaultFiles: [], autoIndex: 'on' };
  }
  return { defaultFiles: reader.take('default_file'), autoIndex: listing.value };
}

/** What answers for a folder, or for what does not exist, must exist itself. */
function claimFallbacks(
  level: Level,
  root: string,
  index: Index,
  cgi: readonly CgiRule[],
  around: Surroundings,
): void {
  claimDefaultFile(level, root, index, cgi, around);
  claimSpa(level, root, around);
}

/**
 * One default file must exist if they are set for this root: by the location itself, or by the server together with the
 * root. It need not exist if it is inherited into another root, or if a script of the location answers instead.
 */
function claimDefaultFile(
  level: Level,
  rootPath: string,
  index: Index,
  cgi: readonly CgiRule[],
  around: Surroundings,
): void {
  const root = level.resolve('root');
  if (root === null || index.autoIndex !== 'off' || cgi.some((rule) => rule.kind === 'script')) return;
  const { setting, level: fileLevel } = level.settle('default_file');
  if (setting === null || (fileLevel !== level && fileLevel !== root.level)) return;
  const paths = index.defaultFiles.map((name) => under(rootPath, name));
  paths.forEach((path, at) => {
    const instead = paths.filter((other) => other !== path);
    around.claims.push({ ...claimScript(cgi, path, wordSpan(setting.directive, at)), instead });
  });
}

/** The page of an application must exist if it is set for this root, as a default file must. */
function claimSpa(level: Level, rootPath: string, around: Surroundings): void {
  const root = level.resolve('root');
  const { setting, level: from, value } = level.settle('spa');
  if (root === null || setting === null || value === '' || (from !== level && from !== root.level)) return;
  around.claims.push({ need: 'file', path: under(rootPath, value), at: wordSpan(setting.directive, 0) });
}

/**
 * PUT stores files in the root. Where scripts run, it is a method of scripts alone: a client that may store a script may run
 * anything.
 * @returns the folder that has to be writable, or null
 */
function claimPut(
  level: Level,
  { root, methods }: Scope,
  cgi: readonly CgiRule[],
  around: Surroundings,
): string | null {
  if (root === '' || cgi.length > 0 || !methods.has('PUT')) return null;
  const { setting } = level.settle('method');
  const index = setting?.directive.args.findIndex(({ text }) => text === 'PUT') ?? -1;
  if (setting !== null && index >= 0)
    around.claims.push({ need: 'writable-folder', path: root, at: wordSpan(setting.directive, index) });
  return root;
}

function buildCgi(level: Level, rootPath: string, reader: LevelReader, around: Surroundings): CgiRule[] {
  const rules: CgiRule[] = [];
  const settings = new Map<CgiRule, Setting<CgiWords>>();
  const seen = new Set<string>();
  for (const setting of level.all('cgi')) {
    const key = cgiKey(setting.value);
    if (seen.has(key)) {
      const message = `${quoted(key)} already has a rule`;
      around.problems.error('duplicate-value', wordSpan(setting.directive, 0), message);
      continue;
    }
    seen.add(key);
    reader.mark(`cgi ${key}`, originOf(setting, level));
    const rule = buildRule(setting, rootPath, around);
    rules.push(rule);
    settings.set(rule, setting);
  }
  if (rootPath === '') return rules;
  for (const [rule, { directive }] of settings) {
    if (rule.kind === 'script') around.claims.push(claimScript(rules, rule.path, wordSpan(directive, 0)));
  }
  return rules;
}

/** A script that an interpreter runs need only be readable. */
function claimScript(rules: readonly CgiRule[], path: string, at: Span): Claim {
  const runner = runnerOf(rules, path);
  return { need: runner !== null && runsItself(runner) ? 'program' : 'file', path, at };
}

/** The path of a unix socket is that of a file: it begins where the config lies. */
function located({ text, addresses }: Application, folder: string): Application {
  const found = addresses.map((address) =>
    address.family === 'unix' ? { ...address, path: absolutePath(folder, address.path) } : address,
  );
  return { text, addresses: found };
}

/** Adds the rules of `fastcgi .EXT` to the others. @returns the application that answers everything, or null */
function buildFastCgi(
  level: Level,
  rules: CgiRule[],
  reader: LevelReader,
  { problems }: Surroundings,
): Application | null {
  let all: Application | null = null;
  for (const setting of level.all('fastcgi')) {
    const { directive, value } = setting;
    const { extensions }: FastCgiWords = value;
    const application = located(value.application, directive.source.folder);
    const at = (word: number) => wordSpan(directive, word);
    if (extensions.length === 0) {
      if (all !== null)
        problems.error('duplicate-value', at(0), 'an application already answers every request here');
      reader.mark('fastcgi', originOf(setting, level));
      all ??= application;
    }
    for (const [index, ext] of extensions.entries()) {
      if (rules.some((rule) => cgiKey(rule) === ext)) {
        problems.error(
          'duplicate-value',
          at(application.addresses.length + index),
          `${quoted(ext)} already has a rule`,
        );
        continue;
      }
      reader.mark(`cgi ${ext}`, originOf(setting, level));
      rules.push({ kind: 'extension', ext, interpreter: '', application });
    }
  }
  const [first] = level.all('cgi');
  if (all !== null && first !== undefined) {
    const message = `"cgi" has no effect: an application answers every request here`;
    problems.warn('never-effective', wordSpan(first.directive, -1), message);
  }
  // No file of such a location is sent.
  if (all !== null) rules.splice(0, rules.length, { kind: 'all' });
  return all;
}

function buildRule({ value, directive }: Setting<CgiWords>, rootPath: string, around: Surroundings): CgiRule {
  if (value.kind === 'all') return value;
  if (value.kind === 'script') return { ...value, path: under(rootPath, value.name) };
  if (value.interpreter === '') return value;
  const at = wordSpan(directive, 1);
  const interpreter = findInterpreter(value.interpreter, directive.source.folder, around);
  if (interpreter === null) {
    const message = `there is no program ${quoted(value.interpreter)} on the search path`;
    around.problems.error('not-found', at, message, { expected: 'the path of an interpreter' });
    return value;
  }
  around.claims.push({ need: 'program', path: interpreter, at });
  return { ...value, interpreter };
}

function findInterpreter(name: string, folder: string, around: Surroundings): string | null {
  return name.includes('/') ? absolutePath(folder, name) : around.findProgram(name);
}

/** Returns the rules of a block itself: those of a server have applied before a location is chosen. */
export function buildRewrites(level: Level, reader: LevelReader): readonly Rewrite[] {
  return level.all('rewrite').map((setting) => {
    reader.mark(rewriteKey(setting.value), originOf(setting, level));
    return setting.value;
  });
}
