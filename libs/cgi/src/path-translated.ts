import type { Location, MethodRules, Server } from './method-rules.ts';

const SLASH = 0x2f;

/**
 * PATH_TRANSLATED: where a request for PATH_INFO itself would look (RFC 3875 section 4.1.6); '' where there is no such
 * place.
 */
export function translate(server: Server, pathInfo: string, rules: MethodRules): string {
  if (pathInfo === '') return '';
  let best: Location | null = null;
  for (const location of server.locations) {
    const { prefix } = location;
    const inside =
      prefix === '/' ||
      pathInfo === prefix ||
      (pathInfo.startsWith(prefix) && pathInfo.charCodeAt(prefix.length) === SLASH);
    if (inside && (best === null || prefix.length > best.prefix.length)) best = location;
  }
  if (best === null || best.root === '' || best.redirection !== null) return '';
  return rules.resolvePath(best, pathInfo);
}
