import type { Place, Probe } from './probe.ts';

/** The coding of a page; where one is expected, it is asked for until it has been made. */
async function codingOf(place: Place, path: string, seen: unknown): Promise<string> {
  for (;;) {
    const answer = await place.ask(place.get(path, 'Accept-Encoding: gzip\r\n'));
    expect(answer.status).toBe(200);
    const coding = answer.headers.get('content-encoding') ?? '';
    if (coding === seen || seen === '') return coding;
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
