import type { HeaderList } from '@webserv/response';

/**
 * Protects an answer whose content a client may have written. A browser does not guess another type, runs no script of the
 * content and gives it no access to this site (Content Security Policy Level 3, `sandbox`).
 */
export function makeInert(headers: HeaderList): void {
  headers.append('X-Content-Type-Options', 'nosniff');
  headers.append('Content-Security-Policy', 'sandbox');
}
