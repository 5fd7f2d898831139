import { resolvePath } from '@webserv/methods';
import type { Location } from '../workshop/server.ts';

/**
 * PATH_TRANSLATED: the file that a request for PATH_INFO itself would name (RFC 3875, section 4.1.6). Returns '' if there is
 * no such file.
 * @param location the location that such a request would belong to
 */
export function translate(location: Location, pathInfo: string): string {
  if (pathInfo === '' || location.root === '' || location.redirection !== null) return '';
  return resolvePath(location, pathInfo);
}
