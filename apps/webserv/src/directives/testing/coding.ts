import type { Place, Probe } from './probe.ts';

const GIVE_UP_MS = 20_000;

/**
 * The coding of a page for a client that accepts all of them alike. The first answer has none, because the server makes the
 * coded page after it. But its Vary says already that there is a coding to wait for.
 */
async function codingOf(place: Place, path: string): Promise<string> {
  const end = Date.now() + GIVE_UP_MS;
  for (;;) {
    const { status, headers } = await place.ask(place.get(path, 'Accept-Encoding: gzip, br, zstd\r\n'));
    expect(status).toBe(200);
    const coding = headers.get('content-encoding') ?? '';
    if (coding !== '' || !headers.has('vary') || Date.now() > end) return coding;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const PAGE = { 'files/page.html': 'page '.repeat(1000) };

/** The codings of answers. */
export const CODING: Readonly<Record<string, Probe>> = {
  precompressed: {
    settings: [
      ['precompressed gzip;', 'gzip'],
      ['precompressed off;', ''],
      ['precompressed br;', 'br'],
      ['precompressed zstd gzip;', 'zstd'],
      ['precompressed gzip zstd;', 'gzip'],
    ],
    files: {
      'files/page.html': 'page',
      'files/page.html.gz': 'coded',
      'files/page.html.br': 'coded',
      'files/page.html.zst': 'coded',
    },
    observe: (place) => codingOf(place, '/page.html'),
  },
  compress: {
    settings: [
      ['compress gzip;', 'gzip'],
      ['compress off;', ''],
      ['compress br;', 'br'],
      ['compress br gzip;', 'br'],
      ['compress gzip br;', 'gzip'],
    ],
    files: PAGE,
    observe: (place) => codingOf(place, '/page.html'),
  },
  compress_scripts: {
    settings: [
      ['compress_scripts gzip;', 'gzip'],
      ['compress_scripts off;', ''],
      ['compress_scripts br gzip;', 'br'],
    ],
    around: { location: 'cgi .run /bin/sh;' },
    files: { 'files/name.run': 'printf "Content-Type: text/plain\\n\\n"; seq 5000' },
    observe: (place) => codingOf(place, '/name.run'),
  },
  compress_types: {
    settings: [
      ['compress_types text/html;', 'gzip'],
      ['compress_types text/css;', ''],
    ],
    around: { server: 'compress gzip;' },
    files: PAGE,
    observe: (place) => codingOf(place, '/page.html'),
  },
  compress_min: {
    settings: [
      ['compress_min 1k;', 'gzip'],
      ['compress_min 1m;', ''],
    ],
    around: { server: 'compress gzip;' },
    files: PAGE,
    observe: (place) => codingOf(place, '/page.html'),
  },
};
