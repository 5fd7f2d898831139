// Builds the settings that servers and locations have in common.

import { present } from '../diagnostics/present.ts';
import { absolutePath } from '../disk/path.ts';
import type { Scope } from '../model/types.ts';
import type { Taker } from './inherit.ts';
import type { Resolved } from './level.ts';

/** Returns the settings in force on a level, each directive by itself. */
export function buildScope(taker: Taker, types: ReadonlyMap<string, string>): Scope {
  const root = taker.takeIfAny('root');
  const upload = taker.takeIfAny('upload_path');
  return {
    root: root === null ? '' : written(root),
    defaultFile: taker.take('default_file'),
    uploadPath: upload === null ? null : written(upload),
    uploadOverwrite: taker.take('upload_overwrite'),
    uploadFsync: taker.take('upload_fsync'),
    uploadInert: taker.take('upload_inert'),
    cgiUploads: taker.take('cgi_uploads'),
    autoIndex: taker.take('auto_index'),
    methods: taker.take('method'),
    bodySize: taker.take('body_size'),
    minRate: taker.take('min_rate'),
    cgiSpool: taker.take('cgi_spool'),
    symlinks: taker.take('symlinks'),
    dotfiles: taker.take('dotfiles'),
    precompressed: taker.take('precompressed'),
    compress: taker.take('compress'),
    compressTypes: taker.take('compress_types'),
    compressMin: taker.take('compress_min'),
    types,
    charset: taker.take('charset'),
    etag: taker.take('etag'),
    timeouts: taker.timeouts(),
  };
}

/** Makes the path of a directive absolute. */
function written({ setting, value }: Resolved<string>): string {
  return absolutePath(present(setting, 'the directive of a path').directive.source.folder, value);
}
