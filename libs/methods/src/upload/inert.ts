import type { HeaderList } from '@webserv/response';

/**
 * For an answer whose content a client may have made: a browser takes it for no other type than it says, runs no script of
 * it and gives it nothing of this site (Content Security Policy Level 3, `sandbox`).
 */
export function makeInert(headers: HeaderList): void {
  headers.append('X-Content-Type-Options', 'nosniff');
  headers.append('Content-Security-Policy', 'sandbox');
}
