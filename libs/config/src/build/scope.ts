// Builds the settings that servers and locations have in common.

import { present } from '../diagnostics/present.ts';
import { absolutePath } from '../disk/path.ts';
import type { AccountRule, Guard, RateLimit } from '../model/access.ts';
import type { Origin, Scope } from '../model/types.ts';
import { buildActions } from './actions.ts';
import { buildErrors } from './answers/errors.ts';
import { buildFields } from './answers/fields.ts';
import { buildEnv } from './env.ts';
import type { Resolved } from './level.ts';
import type { LevelReader } from './level-reader.ts';

/** Returns the settings in force on a level, each directive by itself. */
export function buildScope(reader: LevelReader, types: ReadonlyMap<string, string>): Scope {
  const root = reader.takeIfAny('root');
  const upload = reader.takeIfAny('upload_path');
  return {
    root: root === null ? '' : written(root),
    defaultFiles: reader.take('default_file'),
    uploadPath: upload === null ? null : written(upload),
    uploadOverwrite: reader.take('upload_overwrite'),
    uploadFsync: reader.take('upload_fsync'),
    uploadInert: reader.take('upload_inert'),
    cgiUploads: reader.take('cgi_uploads'),
    autoIndex: reader.take('auto_index'),
    listing: {
      readme: reader.take('auto_index_readme'),
      theme: reader.file('auto_index_theme'),
      archive: reader.take('archive'),
    },
    tries: reader.take('try_files'),
    spa: reader.take('spa'),
    methods: reader.take('method'),
    head: reader.take('head'),
    actions: buildActions(reader),
    bodySize: reader.take('body_size'),
    minRate: reader.take('min_rate'),
    env: buildEnv(reader),
    limitRate: reader.take('limit_rate'),
    limitRateAfter: reader.take('limit_rate_after'),
    cgiSpool: reader.take('cgi_spool'),
    runs: reader.take('runs'),
    symlinks: reader.take('symlinks'),
    dotfiles: reader.take('dotfiles'),
    precompressed: reader.take('precompressed'),
    compress: reader.take('compress'),
    compressScripts: reader.take('compress_scripts'),
    compressTypes: reader.take('compress_types'),
    compressMin: reader.take('compress_min'),
    types,
    defaultType: reader.take('default_type'),
    charset: reader.take('charset'),
    etag: reader.take('etag'),
    errors: buildErrors(reader),
    fields: buildFields(reader),
    timeouts: reader.timeouts(),
    guard: guardOf(reader),
  };
}

/** Makes the path of a directive absolute. */
function written({ setting, value }: Resolved<string>): string {
  return absolutePath(present(setting, 'the directive of a path').directive.source.folder, value);
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
  return realm === null ? null : { realm, file: file === null ? '' : written(file) };
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
