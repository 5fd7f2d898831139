import { absolutePath } from '../disk/path.ts';
import { wordSpan } from '../syntax/directive.ts';
import type { Claim } from './claim.ts';
import type { Level } from './level.ts';

const PATHS = [
  ['root', 'folder'],
  ['upload_path', 'writable-folder'],
  ['auth_file', 'file'],
] as const;

/**
 * Returns the claims of the paths that a level itself sets. Claims that depend on a location's root are not among
 * them.
 */
export function ownClaims(level: Level): Claim[] {
  const claims: Claim[] = [];
  for (const [name, need] of PATHS) {
    const setting = level.own(name);
    if (setting === null) continue;
    const path = absolutePath(setting.directive.source.folder, setting.value);
    claims.push({ need, path, at: wordSpan(setting.directive, 0) });
  }
  const theme = level.own('auto_index_theme');
  if (theme !== null && theme.value !== '') {
    const path = absolutePath(theme.directive.source.folder, theme.value);
    claims.push({ need: 'file', path, at: wordSpan(theme.directive, 0) });
  }
  for (const { directive, value } of level.all('action')) {
    if (value.program === null) continue;
    const path = absolutePath(directive.source.folder, value.program);
    claims.push({ need: 'program', path, at: wordSpan(directive, 1) });
  }
  for (const name of ['access_log', 'error_log'] as const) {
    const setting = level.own(name);
    if (setting === null || setting.value === null || setting.value.syslog !== null) continue;
    const path = absolutePath(setting.directive.source.folder, setting.value.path);
    if (path.startsWith('/dev/std')) continue;
    claims.push({ need: 'log', path, at: wordSpan(setting.directive, 0) });
  }
  return claims;
}
