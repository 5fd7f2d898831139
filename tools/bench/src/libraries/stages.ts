import { StaticCache } from '@webserv/cache';
import { LocationMatcher, loadText, memoryDisk } from '@webserv/config';
import { AccessEntry, AccessLog, LineBatch, type LineSink, LogClock } from '@webserv/logger';
import { type EncodeContext, Encoded, encodeInto, formatHttpDate, Reply } from '@webserv/response';
import type { Contest } from './contest.ts';
import { sink } from './sink.ts';

const LINES = 10_000;
const FILES = 1000;
const BATCH = 64 << 10;
const FEW_LOCATIONS = 50;
const MANY_LOCATIONS = 5000;

/** One contest for each stage that runs for a request, and one for the start. */
export function stageContests(): Contest[] {
  return [
    cacheLookup(),
    routing('prefixes', (place) => `/place-${place}`),
    routing('exact paths', (place) => `= /place-${place}/page.html`),
    routing('patterns', (place) => `/place-${place}/*.html`),
    encoder(),
    accessLine(),
    configuration(),
  ];
}

/** The choice of a location among many, and among few. The paths are the same. */
function routing(kind: string, words: (place: number) => string): Contest {
  const paths = Array.from({ length: FILES }, (_, n) => `/place-${n % FEW_LOCATIONS}/page-${n}.html`);
  const contestant = (name: string, count: number) => {
    const matcher = matcherOf(Array.from({ length: count }, (_, place) => words(place)));
    return {
      name,
      run(times: number) {
        for (let time = 0; time < times; time++) sink.value += matcher.locate(paths[time % FILES]!).id;
      },
    };
  };
  return {
    subject: `location of a path among ${MANY_LOCATIONS.toLocaleString('en')} ${kind}`,
    contestants: [
      contestant('webserv', MANY_LOCATIONS),
      contestant(`webserv, among ${FEW_LOCATIONS}`, FEW_LOCATIONS),
    ],
  };
}

function matcherOf(locations: readonly string[]): LocationMatcher {
  const lines = ['/', ...locations].map((words) => `location ${words} { redirection /x; }`);
  const result = loadText(`server { ${lines.join('\n')} }`, '/srv/webserv.conf', memoryDisk({}));
  if (!result.ok) throw new Error(result.diagnostics[0]?.message ?? 'not loaded');
  return new LocationMatcher(result.config.servers[0]!);
}

function cacheLookup(): Contest {
  const cache = new StaticCache<number>({ maxBytes: 1 << 30 });
  const map = new Map<string, number>();
  const paths = Array.from({ length: FILES }, (_, n) => `/folder ${n % 10}/page-${n}.html`);
  const stamp = { mtimeMs: 1, size: 1, ino: 1 };
  for (const [index, path] of paths.entries()) {
    cache.put({ key: path, value: index, bytes: 1024, path, stamp, pinned: false }, cache.begin(), 0);
    map.set(path, index);
  }
  return {
    subject: `cache lookup, ${FILES} files`,
    contestants: [
      {
        name: 'webserv',
        run(times) {
          for (let time = 0; time < times; time++) sink.value += cache.get(paths[time % FILES]!, 1)!.value;
        },
      },
      {
        name: 'a bare Map',
        run(times) {
          for (let time = 0; time < times; time++) sink.value += map.get(paths[time % FILES]!)!;
        },
      },
    ],
  };
}

function encoder(): Contest {
  const reply = new Reply(200, { kind: 'unsent', length: 1024 });
  reply.headers.set('Content-Type', 'text/html; charset=utf-8');
  reply.headers.set('Last-Modified', formatHttpDate(784_111_777_000));
  reply.headers.set('ETag', '"hodxvpor08-sg-1jb4g"');
  reply.headers.set('Accept-Ranges', 'bytes');
  const date = formatHttpDate(784_111_778_000);
  const context: EncodeContext = { method: 'GET', version: 11, keepAlive: true, date, server: 'webserv' };
  const out = new Encoded();
  const into = Buffer.alloc(1024);
  const run = (times: number): void => {
    for (let time = 0; time < times; time++) sink.value += encodeInto(into, 0, reply, context, out);
  };
  return { subject: 'response head, 8 fields', contestants: [{ name: 'webserv', run }] };
}

function accessLine(): Contest {
  const batch = new LineBatch(BATCH, BATCH);
  // The cost of a line without the file that it goes to.
  const written: LineSink = {
    write(line) {
      sink.value += line.length;
    },
    room(most) {
      if (!batch.reserve(most)) batch.clear();
      return batch;
    },
    taken(end) {
      sink.value += end;
      batch.take(end);
    },
  };
  const log = new AccessLog(written, 'combined', new LogClock({ now: 0 }));
  const entry = new AccessEntry();
  Object.assign(entry, { remote: '192.0.2.7', method: 'GET', host: 'www.example.org', status: 200 });
  Object.assign(entry, { referer: 'https://www.example.org/', cache: 'hit', stage: 'end' });
  entry.userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0';
  const targets = Array.from({ length: FILES }, (_, n) => `/folder/page-${n}.html?sort=date`);
  const run = (times: number): void => {
    for (let time = 0; time < times; time++) {
      entry.target = targets[time % FILES]!;
      entry.bytes = time & 0xffff;
      entry.durationMs = (time & 0xff) / 100;
      log.write(entry);
    }
  };
  return { subject: 'access line, combined', contestants: [{ name: 'webserv', run }] };
}

function configuration(): Contest {
  const text = configText(LINES);
  const disk = memoryDisk({ '/srv/www/': { kind: 'folder' } });
  const run = (times: number): void => {
    for (let time = 0; time < times; time++) {
      const result = loadText(text, '/srv/webserv.conf', disk);
      if (!result.ok) throw new Error(result.diagnostics[0]?.message ?? 'not loaded');
    }
  };
  const subject = `configuration of ${LINES.toLocaleString('en')} lines`;
  return { subject, contestants: [{ name: 'webserv', run }] };
}

/** A valid configuration of exactly `lines` lines: servers of ten locations each. */
export function configText(lines: number): string {
  const text: string[] = [];
  for (let server = 0; text.length + 100 <= lines; server++) {
    text.push('server {', `  listen ${1024 + server};`, `  server_name host${server}.example;`);
    text.push('  root /srv/www;', '  body_size 10m;', '  timeout 30;', '  # Every site has a page.');
    text.push('  location / {', '    method GET;', '  }');
    for (let place = 0; place < 15; place++) {
      text.push(`  location /place${place} {`, '    method GET;', '    auto_index on;');
      text.push(`    root "/srv/www"; # shared`, '  }', '');
    }
    text.pop();
    text.push('}');
  }
  while (text.length < lines) text.push('# The end.');
  return `${text.join('\n')}\n`;
}
