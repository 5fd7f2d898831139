import { hostname } from 'node:os';
import { LineBatch } from '../file/line-batch.ts';
import type { LineSink } from '../file/line-sink.ts';
import { LogClock } from '../text/log-clock.ts';
import { AccessEntry } from './access-entry.ts';
import { CustomLine } from './custom-line.ts';
import type { LineFormat, LogVariableName } from './line-format.ts';
import { NO_VALUES, type RequestValues } from './request-values.ts';

const clock = new LogClock({ now: 0 }, () => new Date(2026, 10, 22, 10, 11, 12).getTime());

const SECURE = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', serverName: 'a.org', resumed: true };

function entryOf(values: Partial<AccessEntry>, request: Partial<RequestValues> = {}): AccessEntry {
  return Object.assign(new AccessEntry(), values, { request: { ...NO_VALUES, ...request } });
}

function lineOf(parts: LineFormat['parts'], entry: AccessEntry, style: LineFormat['escape'] = 'default') {
  const batch = new LineBatch(4096, 65_536);
  const sink: LineSink = {
    write: (line) => void batch.appendAscii(line),
    room: () => null,
    taken: () => {},
  };
  new CustomLine({ name: 'own', escape: style, parts }, clock).write(entry, sink);
  batch.seal();
  return batch.memory.bytes.toString('utf8', 0, batch.length);
}

const value = (name: LogVariableName, field = '') => ({ name, field });

const FULL = entryOf(
  {
    remote: '192.0.2.7',
    user: 'ann',
    method: 'GET',
    target: '/a%20b?c=d',
    version: 20,
    status: 404,
    bytes: 12,
    host: 'a.org',
    durationMs: 1234.5678,
    cache: 'miss',
    stage: 'method',
    errno: 'ENOENT',
    place: 'open',
    id: 'r1',
  },
  {
    peer: '10.0.0.1',
    path: '/a b',
    query: 'c=d',
    hasQuery: true,
    serverName: 'a.org',
    secure: SECURE,
    field: (name) => (name === 'x-a' ? 'one' : ''),
  },
);

describe('CustomLine', () => {
  it.each<[LogVariableName, string, string]>([
    ['remote_addr', '192.0.2.7', '-'],
    ['realip_remote_addr', '10.0.0.1', '-'],
    ['remote_user', 'ann', '-'],
    ['request', 'GET /a%20b?c=d HTTP/2.0', '-'],
    ['request_method', 'GET', '-'],
    ['request_uri', '/a%20b?c=d', '-'],
    ['uri', '/a b', '-'],
    ['args', 'c=d', '-'],
    ['query_string', 'c=d', '-'],
    ['is_args', '?', '-'],
    ['server_protocol', 'HTTP/2.0', '-'],
    ['host', 'a.org', '-'],
    ['server_name', 'a.org', '-'],
    ['scheme', 'https', 'http'],
    ['https', 'on', '-'],
    ['ssl_protocol', 'TLSv1.3', '-'],
    ['ssl_cipher', 'TLS_AES_256_GCM_SHA384', '-'],
    ['ssl_server_name', 'a.org', '-'],
    ['ssl_session_reused', 'r', '-'],
    ['status', '404', '0'],
    ['body_bytes_sent', '12', '0'],
    ['request_time', '1.235', '0.000'],
    ['request_ms', '1234.57', '0.00'],
    ['cache', 'miss', 'none'],
    ['stage', 'method', '-'],
    ['errno', 'ENOENT', '-'],
    ['place', 'open', '-'],
    ['request_id', 'r1', '-'],
    ['pid', String(process.pid), String(process.pid)],
    ['hostname', hostname(), hostname()],
  ])('%s is %s, and %s of a request that nothing is known of', (name, full, empty) => {
    expect(lineOf([value(name)], FULL)).toBe(`${full}\n`);
    expect(lineOf([value(name)], entryOf({}))).toBe(`${empty}\n`);
  });

  it('writes the time in three forms', () => {
    const line = lineOf([value('time_local'), ' ', value('time_iso8601'), ' ', value('msec')], FULL);
    expect(line).toContain(`${clock.combined} ${clock.iso} `);
    expect(line).toMatch(/ \d{10}\.\d{3}\n$/);
  });

  it('writes any field of a request', () => {
    expect(lineOf(['a=', value('http', 'x-a'), ' b=', value('http', 'x-b')], FULL)).toBe('a=one b=-\n');
  });

  it('shows what came in place of a request line', () => {
    const entry = entryOf({ requestLine: 'GE\x01T' });
    expect(lineOf([value('request'), ' ', value('request_method')], entry)).toBe('GE\\x01T -\n');
  });

  it.each<[LineFormat['escape'], string]>([
    ['default', '"\u00fcber" a\\x22b\\x5Cc\\x0A\\xFF "-"\n'],
    ['json', '"\u00fcber" a\\"b\\\\c\\u000A\\u00FF ""\n'],
  ])('escapes values and no texts: %s', (style, expected) => {
    const entry = entryOf({ target: 'a"b\\c\n\xff' });
    const parts = ['"\u00fcber" ', value('request_uri'), ' "', value('errno'), '"'];
    expect(lineOf(parts, entry, style)).toBe(expected);
  });

  it('cuts a value that is too long', () => {
    expect(lineOf([value('request_uri')], entryOf({ target: 'x'.repeat(5000) }))).toBe(
      `${'x'.repeat(1024)}...(5000)\n`,
    );
  });
});
