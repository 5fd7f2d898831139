import type { Place, Probe } from './probe.ts';

/** How long a page is given to be coded that must not be: coding this one takes a few. */
const QUIET_MS = 50;

/**
 * The coding of a page. The first answer has none, because the server makes the coded page after it. So an expected coding
 * is asked for until it comes, and an unexpected one is given time to come.
 */
async function codingOf(place: Place, path: string, seen: unknown): Promise<string> {
  const end = Date.now() + QUIET_MS;
  for (;;) {
    const answer = await place.ask(place.get(path, 'Accept-Encoding: gzip\r\n'));
    expect(answer.status).toBe(200);
    const coding = answer.headers.get('content-encoding') ?? '';
    if (coding === seen ? coding !== '' || Date.now() >= end : seen === '') return coding;
    if (seen === '') await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const PAGE = { 'files/page.html': 'page '.repeat(1000) };

/** The codings of answers. */
export const CODING: Readonly<Record<string, Probe>> = {
  precompressed: {
    settings: [
      ['precompressed gzip;', 'gzip'],
      ['precompressed off;', ''],
    ],
    files: { 'files/page.html': 'page', 'files/page.html.gz': 'coded' },
    observe: (place, seen) => codingOf(place, '/page.html', seen),
  },
  compress: {
    settings: [
      ['compress gzip;', 'gzip'],
      ['compress off;', ''],
    ],
    files: PAGE,
    observe: (place, seen) => codingOf(place, '/page.html', seen),
  },
  compress_types: {
    settings: [
      ['compress_types text/html;', 'gzip'],
      ['compress_types text/css;', ''],
    ],
    around: { server: 'compress gzip;' },
    files: PAGE,
    observe: (place, seen) => codingOf(place, '/page.html', seen),
  },
  compress_min: {
    settings: [
      ['compress_min 1k;', 'gzip'],
      ['compress_min 1m;', ''],
    ],
    around: { server: 'compress gzip;' },
    files: PAGE,
    observe: (place, seen) => codingOf(place, '/page.html', seen),
  },
};
