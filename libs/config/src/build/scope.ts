// Builds the settings that servers and locations have in common.

import { present } from '../diagnostics/present.ts';
import { absolutePath } from '../disk/path.ts';
import type { AccountRule, Guard, RateLimit } from '../model/access.ts';
import type { ListingSettings } from '../model/listing-settings.ts';
import type { Origin, Scope } from '../model/types.ts';
import { buildActions } from './actions.ts';
import { buildErrors } from './answers/errors.ts';
import { buildFields, setsFields } from './answers/fields.ts';
import { buildEnv } from './env.ts';
import type { Resolved } from './level.ts';
import type { LevelReader } from './level-reader.ts';

// Of what several directives make together, their names.
const LISTING = ['auto_index_readme', 'auto_index_theme', 'archive'] as const;
const TIMES = [
  'timeout',
  'header_timeout',
  'body_timeout',
  'send_timeout',
  'keepalive_timeout',
  'cgi_timeout',
] as const;
const GUARDS = ['allow', 'deny', 'rate_limit', 'auth_basic', 'auth_file'] as const;

/**
 * Returns the settings in force on a level, each directive by itself.
 * @param around those of the block around. What the level does not set is the same object there
 */
export function buildScope(
  reader: LevelReader,
  types: ReadonlyMap<string, string>,
  around: Scope | null = null,
): Scope {
  return {
    root: around === null || reader.sets(['root']) ? (written(reader.takeIfAny('root')) ?? '') : around.root,
    defaultFiles: reader.take('default_file', around?.defaultFiles),
    uploadPath:
      around === null || reader.sets(['upload_path'])
        ? written(reader.takeIfAny('upload_path'))
        : around.uploadPath,
    uploadOverwrite: reader.take('upload_overwrite', around?.uploadOverwrite),
    uploadFsync: reader.take('upload_fsync', around?.uploadFsync),
    uploadInert: reader.take('upload_inert', around?.uploadInert),
    cgiUploads: reader.take('cgi_uploads', around?.cgiUploads),
    autoIndex: reader.take('auto_index', around?.autoIndex),
    listing: around === null || reader.sets(LISTING) ? listingOf(reader) : around.listing,
    tries: reader.take('try_files', around?.tries),
    spa: reader.take('spa', around?.spa),
    methods: reader.take('method', around?.methods),
    head: reader.take('head', around?.head),
    actions: around === null || reader.sets(['action']) ? buildActions(reader) : around.actions,
    bodySize: reader.take('body_size', around?.bodySize),
    minRate: reader.take('min_rate', around?.minRate),
    env: around === null || reader.sets(['env']) ? buildEnv(reader) : around.env,
    limitRate: reader.take('limit_rate', around?.limitRate),
    limitRateAfter: reader.take('limit_rate_after', around?.limitRateAfter),
    cgiSpool: reader.take('cgi_spool', around?.cgiSpool),
    runs: reader.take('runs', around?.runs),
    symlinks: reader.take('symlinks', around?.symlinks),
    dotfiles: reader.take('dotfiles', around?.dotfiles),
    precompressed: reader.take('precompressed', around?.precompressed),
    compress: reader.take('compress', around?.compress),
    compressScripts: reader.take('compress_scripts', around?.compressScripts),
    compressTypes: reader.take('compress_types', around?.compressTypes),
    compressMin: reader.take('compress_min', around?.compressMin),
    types,
    defaultType: reader.take('default_type', around?.defaultType),
    charset: reader.take('charset', around?.charset),
    etag: reader.take('etag', around?.etag),
    errors: around === null || reader.sets(['error']) ? buildErrors(reader) : around.errors,
    fields: around === null || setsFields(reader.level) ? buildFields(reader) : around.fields,
    timeouts: around === null || reader.sets(TIMES) ? reader.timeouts() : around.timeouts,
    guard: around === null || reader.sets(GUARDS) ? guardOf(reader) : around.guard,
  };
}

function listingOf(reader: LevelReader): ListingSettings {
  return {
    readme: reader.take('auto_index_readme'),
    theme: reader.file('auto_index_theme'),
    archive: reader.take('archive'),
  };
}

/** Makes the path of a directive absolute. */
function written(path: Resolved<string> | null): string | null {
  if (path === null) return null;
  return absolutePath(present(path.setting, 'the directive of a path').directive.source.folder, path.value);
}

function guardOf(reader: LevelReader): Guard | null {
  const access = reader.access();
  const rateLimit = rateLimitOf(reader);
  const accounts = accountsOf(reader);
  return access.length === 0 && rateLimit === null && accounts === null
    ? null
    : { access, rateLimit, accounts };
}

/** A realm without a file is reported elsewhere. */
function accountsOf(reader: LevelReader): AccountRule | null {
  const realm = reader.take('auth_basic');
  const file = reader.takeIfAny('auth_file');
  return realm === null ? null : { realm, file: written(file) ?? '' };
}

/** By the directive that sets each. Values that read alike are one object, and these must not be. */
const rateLimits = new WeakMap<Origin, RateLimit>();

function rateLimitOf(reader: LevelReader): RateLimit | null {
  const value = reader.take('rate_limit');
  if (value === null) return null;
  const origin = present(reader.origins.get('rate_limit'), 'the origin of a value');
  const known = rateLimits.get(origin);
  if (known !== undefined) return known;
  const made = { ...value };
  rateLimits.set(origin, made);
  return made;
}
