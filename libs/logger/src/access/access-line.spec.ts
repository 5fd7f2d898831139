import { LineBatch } from '../file/line-batch.ts';
import { LogClock } from '../text/log-clock.ts';
import { AccessEntry } from './access-entry.ts';
import type { AccessLine } from './access-line.ts';
import { CombinedLine } from './combined-line.ts';
import { JsonLine } from './json-line.ts';
import { ShortLine } from './short-line.ts';

const clock = new LogClock({ now: 0 }, () => new Date(2026, 10, 22, 10, 11, 12).getTime());
clock.update();
const time = clock.combined;

function entry(fields: Partial<AccessEntry> = {}): AccessEntry {
  return Object.assign(
    new AccessEntry(),
    {
      remote: '192.0.2.7',
      method: 'GET',
      target: '/index.html',
      status: 200,
      bytes: 1024,
      referer: 'http://a.org/',
      userAgent: 'curl/8.5.0',
      host: 'a.org',
      durationMs: 0.38,
      cache: 'hit',
      stage: 'send',
    },
    fields,
  );
}

/** The line as it stands in a batch. */
function textOf(line: AccessLine, of: AccessEntry): string {
  const batch = new LineBatch(64, 1 << 20);
  batch.appendAscii('the line before\n');
  const before = batch.length;
  line.write(of, {
    write: (text) => batch.appendAscii(text),
    room: (most) => (batch.reserve(most) ? batch : null),
    taken(end) {
      batch.take(end);
    },
  });
  batch.seal();
  expect(batch.lines).toBe(2);
  return batch.memory.bytes.toString('latin1', before, batch.length);
}

/** What the format of nginx takes a line to be: `log_format combined`, then our own additions. */
const COMBINED =
  /^(\S+) - (\S+) \[([^\]]+)\] "([^"]*)" (\d+) (\d+) "([^"]*)" "([^"]*)" host=(\S+) stage=(\S+) cache=(\S+) ms=(\S+)( errno=\S+)?( place=\S+)?\n$/;

const GOLDEN: readonly [string, Partial<AccessEntry>, string][] = [
  [
    'a hit',
    {},
    `192.0.2.7 - - [${time}] "GET /index.html HTTP/1.1" 200 1024 "http://a.org/" "curl/8.5.0" host=a.org stage=send cache=hit ms=0.38`,
  ],
  [
    'nothing known of the client',
    { referer: '', userAgent: '', host: '', version: 10, bytes: 0, cache: 'none' },
    `192.0.2.7 - - [${time}] "GET /index.html HTTP/1.0" 200 0 "-" "-" host=- stage=send cache=none ms=0.38`,
  ],
  [
    'HTTP/2',
    { version: 20 },
    `192.0.2.7 - - [${time}] "GET /index.html HTTP/2.0" 200 1024 "http://a.org/" "curl/8.5.0" host=a.org stage=send cache=hit ms=0.38`,
  ],
  [
    'a user, over IPv6',
    { remote: '2001:db8::1', user: 'kim', method: 'DELETE', status: 204, bytes: 0, cache: 'miss' },
    `2001:db8::1 - kim [${time}] "DELETE /index.html HTTP/1.1" 204 0 "http://a.org/" "curl/8.5.0" host=a.org stage=send cache=miss ms=0.38`,
  ],
  [
    'a request that could not be read',
    {
      method: '',
      target: '',
      requestLine: '\u0016\u0003\u0001 "x"',
      status: 400,
      stage: 'request',
      cache: 'none',
    },
    `192.0.2.7 - - [${time}] "\\x16\\x03\\x01 \\x22x\\x22" 400 1024 "http://a.org/" "curl/8.5.0" host=a.org stage=request cache=none ms=0.38`,
  ],
  [
    'nothing came at all',
    { method: '', requestLine: '', status: 408, bytes: 0, stage: 'request', cache: 'none', durationMs: 3000 },
    `192.0.2.7 - - [${time}] "-" 408 0 "http://a.org/" "curl/8.5.0" host=a.org stage=request cache=none ms=3000.00`,
  ],
  [
    'a failed send',
    { errno: 'ECONNRESET', place: 'response/send body', bytes: 4_294_967_296 },
    `192.0.2.7 - - [${time}] "GET /index.html HTTP/1.1" 200 4294967296 "http://a.org/" "curl/8.5.0" host=a.org stage=send cache=hit ms=0.38 errno=ECONNRESET place=response/send\\x20body`,
  ],
  [
    'a place without errno',
    { place: 'method:get' },
    `192.0.2.7 - - [${time}] "GET /index.html HTTP/1.1" 200 1024 "http://a.org/" "curl/8.5.0" host=a.org stage=send cache=hit ms=0.38 place=method:get`,
  ],
  [
    'a client that would forge lines',
    { target: '/"\n1.2.3.4 - -', userAgent: 'x" 200 "\r\n', referer: '\\"', host: 'a b=c', user: 'a\nb' },
    `192.0.2.7 - a\\x0Ab [${time}] "GET /\\x22\\x0A1.2.3.4 - - HTTP/1.1" 200 1024 "\\x5C\\x22" "x\\x22 200 \\x22\\x0D\\x0A" host=a\\x20b=c stage=send cache=hit ms=0.38`,
  ],
  [
    'bytes above ASCII',
    { target: '/\u00c3\u00a9', userAgent: '\u010a\u2028' },
    `192.0.2.7 - - [${time}] "GET /\\xC3\\xA9 HTTP/1.1" 200 1024 "http://a.org/" "\\xC4\\x8A\\xE2\\x80\\xA8" host=a.org stage=send cache=hit ms=0.38`,
  ],
];

describe('CombinedLine', () => {
  const shared = new CombinedLine(clock);

  it.each(GOLDEN)('%s', (_name, fields, expected) => {
    // One that has written other lines before must not mix them up.
    for (const line of [new CombinedLine(clock), shared, shared]) {
      const text = textOf(line, entry(fields));
      expect(text).toBe(`${expected}\n`);
      expect(text).toMatch(COMBINED);
    }
  });

  it('tells clients apart line by line', () => {
    const line = new CombinedLine(clock);
    const entries = [entry(), entry({ userAgent: 'b' }), entry({ host: 'c' }), entry({ referer: 'd' })];
    const first = entries.map((each) => textOf(line, each));
    expect(new Set(first).size).toBe(4);
    expect(entries.map((each) => textOf(line, each))).toEqual(first);
  });

  it.each([
    [0, '0.00'],
    [0.004, '0.00'],
    [0.005, '0.01'],
    [0.996, '1.00'],
    [12.3, '12.30'],
    [59_999.99, '59999.99'],
    [86_400_000, '86400000'],
    [Number.NaN, '0'],
    [-1, '-1'],
  ])('writes %d ms as %s', (durationMs, expected) => {
    expect(textOf(new CombinedLine(clock), entry({ durationMs }))).toContain(` ms=${expected}\n`);
  });
});

describe('JsonLine', () => {
  const line = new JsonLine(clock);

  it.each(GOLDEN)('%s: is read back as it was', (_name, fields) => {
    const given = entry(fields);
    const text = textOf(line, given);
    expect(text.indexOf('\n')).toBe(text.length - 1);
    const read = JSON.parse(text) as Record<string, unknown>;
    const { method, target, version, requestLine, user, referer, userAgent, host, errno, place } = given;
    const version_ = ({ 10: '1.0', 11: '1.1', 20: '2.0' } as Record<number, string>)[version];
    expect(read).toEqual({
      time: clock.iso,
      remote: given.remote,
      ...(user !== '' && { user }),
      ...(method === '' ? { request: requestLine } : { method, target, version: version_ }),
      status: given.status,
      bytes: given.bytes,
      ...(host !== '' && { host }),
      ...(referer !== '' && { referer }),
      ...(userAgent !== '' && { agent: userAgent }),
      stage: given.stage,
      cache: given.cache,
      ms: given.durationMs,
      ...(errno !== '' && { errno }),
      ...(place !== '' && { place }),
    });
  });
});

describe('AccessEntry', () => {
  it('forgets the request and keeps the connection', () => {
    const used = entry({ user: 'u', requestLine: 'r', errno: 'E', place: 'p', version: 10 });
    used.reset();
    expect(used).toEqual(Object.assign(new AccessEntry(), { remote: '192.0.2.7' }));
  });
});

describe('ShortLine', () => {
  const plain = new ShortLine(clock, false);
  const local = { remote: '127.0.0.1' };

  it.each<[string, Partial<AccessEntry>, string]>([
    ['a client of this machine', local, '10:11:12 200 GET  /index.html 1.0 kB 0.4 ms'],
    ['a client of another', {}, '10:11:12 200 GET  /index.html 1.0 kB 0.4 ms 192.0.2.7'],
    [
      'a long method',
      { ...local, method: 'DELETE', status: 204, bytes: 0 },
      '10:11:12 204 DELETE /index.html 0 B 0.4 ms',
    ],
    [
      'a large answer',
      { ...local, bytes: 123_456_789, durationMs: 12_345 },
      '10:11:12 200 GET  /index.html 123 MB 12.3 s',
    ],
    [
      'just below a unit',
      { ...local, bytes: 999, durationMs: 999.4 },
      '10:11:12 200 GET  /index.html 999 B 999 ms',
    ],
    ['just below the next one', { ...local, bytes: 999_499 }, '10:11:12 200 GET  /index.html 999 kB 0.4 ms'],
    [
      'a cut answer',
      { ...local, errno: 'ECONNRESET' },
      '10:11:12 200 GET  /index.html 1.0 kB 0.4 ms ECONNRESET',
    ],
    [
      'no request',
      { ...local, method: '', requestLine: 'a "b"', status: 400 },
      '10:11:12 400 "a \\x22b\\x22" 1.0 kB 0.4 ms',
    ],
    [
      'a terminal that a client would command',
      { ...local, target: '/\u001b[2J' },
      '10:11:12 200 GET  /\\x1B[2J 1.0 kB 0.4 ms',
    ],
  ])('%s', (_name, fields, expected) => {
    expect(textOf(plain, entry(fields))).toBe(`${expected}\n`);
  });

  it.each([
    [200, '32'],
    [304, '36'],
    [404, '33'],
    [502, '31'],
  ])('colors %i', (status, color) => {
    const text = textOf(new ShortLine(clock, true), entry({ ...local, status }));
    expect(text).toBe(
      `\u001b[2m10:11:12\u001b[0m \u001b[${color}m${status}\u001b[0m GET  /index.html \u001b[2m1.0 kB 0.4 ms\u001b[0m\n`,
    );
  });
});
