import type { Place, Probe } from './probe.ts';
import { freshName } from './uploads.ts';

/** How the cache answers the second of two requests for a page; the log says so. */
async function cacheAnswer(place: Place): Promise<unknown> {
  for (let count = 0; count < 2; count++) await place.ask(place.get('/page.html'));
  return (await place.lastLine())['cache'];
}

const PAGE = { 'files/page.html': 'x'.repeat(10_000) };

/** Bounds in bytes. */
export const SIZES: Readonly<Record<string, Probe>> = {
  body_size: {
    settings: [
      ['body_size 10;', 413],
      ['body_size 20;', 201],
    ],
    observe: async (place) => (await place.ask(place.post(freshName(place), 'x'.repeat(15)))).status,
  },
  max_header: {
    settings: [
      ['max_header 512;', 431],
      ['max_header 2k;', 200],
    ],
    files: PAGE,
    observe: async (place) => (await place.ask(place.get('/page.html', `X: ${'x'.repeat(1000)}\r\n`))).status,
  },
  max_headers: {
    settings: [
      ['max_headers 5;', 431],
      ['max_headers 10;', 200],
    ],
    files: PAGE,
    observe: async (place) => (await place.ask(place.get('/page.html', 'X: y\r\n'.repeat(7)))).status,
  },
  max_uri: {
    settings: [
      ['max_uri 50;', 414],
      ['max_uri 200;', 200],
    ],
    files: PAGE,
    observe: async (place) => (await place.ask(place.get(`/page.html?${'x'.repeat(100)}`))).status,
  },
  cache_size: {
    settings: [
      ['cache_size 1m;', 'hit'],
      ['cache_size 0;', 'none'],
    ],
    files: PAGE,
    observe: cacheAnswer,
  },
  cache_entry: {
    settings: [
      ['cache_entry 64k;', 'hit'],
      ['cache_entry 1k;', 'none'],
    ],
    files: PAGE,
    observe: cacheAnswer,
  },
  memory_limit: {
    settings: [
      ['memory_limit 48m;', 'hit'],
      ['memory_limit 64k;', 'miss'],
    ],
    files: { 'files/page.html': 'x'.repeat(60_000) },
    observe: cacheAnswer,
  },
};
