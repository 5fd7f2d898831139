// The directives that bound what a client can use up: bytes, counts, time.

import { type Context, row } from './row.ts';
import { count, countOrAuto, duration, size, type Value } from './values.ts';

const KIB = 1024;
const MIB = KIB * KIB;
const DAY = 24 * 3_600_000;

function countRow(name: string, low: number, high: number, fallback: number, help: string) {
  return row({
    name,
    contexts: ['server'],
    usage: 'NUMBER',
    value: count(low, high),
    expects: `a number from ${low} to ${high}`,
    default: String(fallback),
    help,
  });
}

function sizeRow<const C extends readonly Context[]>(
  name: string,
  contexts: C,
  range: readonly [number, number, string],
  fallback: string,
  help: string,
) {
  return row({
    name,
    contexts,
    usage: 'SIZE',
    value: size(range[0], range[1]),
    expects: `bytes (k, m, g behind the number), ${range[2]}`,
    default: fallback,
    help,
  });
}

const time: Value<number> = duration(1, DAY);
const timeOrNone: Value<number> = duration(0, DAY);

function timeRow<const C extends readonly Context[]>(
  name: string,
  contexts: C,
  fallback: string | null,
  help: string,
  zero = false,
) {
  return row({
    name,
    contexts,
    usage: 'TIME',
    value: zero ? timeOrNone : time,
    expects: `seconds, or 3s, 500ms, 2m, 1h; ${zero ? '' : 'more than 0, '}at most a day`,
    default: fallback,
    help,
  });
}

const BOTH = ['server', 'location'] as const;

export const limitRows = {
  body_size: {
    ...sizeRow(
      'body_size',
      BOTH,
      [0, 2 ** 50, 'up to 1024t'],
      '1m',
      'The largest request body; more is answered 413.',
    ),
    alias: ['client_max_body_size', 'max_body', 'max_body_size'],
  },
  max_header: {
    ...sizeRow(
      'max_header',
      ['server'],
      [256, MIB, 'from 256 to 1m'],
      '16k',
      'The largest request head (request line and header fields); more is answered 431.',
    ),
    firstOnly: true,
    alias: ['large_client_header_buffers', 'client_header_buffer_size', 'header_size'],
  },
  max_headers: {
    ...countRow('max_headers', 1, 10_000, 100, 'The most header fields in a request; more is answered 431.'),
    firstOnly: true,
  },
  max_uri: {
    ...sizeRow(
      'max_uri',
      ['server'],
      [16, MIB, 'from 16 to 1m'],
      '8k',
      'The longest request target; a longer one is answered 414. It counts towards max_header too.',
    ),
    firstOnly: true,
    alias: ['limitrequestline', 'uri_size'],
  },
  max_connect: {
    ...countRow(
      'max_connect',
      1,
      1_000_000,
      10_000,
      'The most connections at once. Beyond it the one that has been idle for longest makes room, then one that has not sent its head within 250 ms, from the address that has the most (its youngest, or its oldest while the youngest has had less than that); where there is neither, new ones wait in the backlog.',
    ),
    firstOnly: true,
    alias: ['worker_connections', 'max_connections', 'max_clients'],
  },
  max_connect_per_address: row({
    name: 'max_connect_per_address',
    contexts: ['server'],
    usage: 'NUMBER|auto',
    value: countOrAuto(0, 1_000_000),
    expects: 'a number from 0 to 1000000, or auto',
    default: 'auto',
    firstOnly: true,
    help: 'The most connections at once from one client address (IPv6: one /64 network). One more takes the place of one of them that has not sent its head within 250 ms (the youngest, or the oldest while the youngest has had less than that); where there is none it is answered 429 and closed, and beyond 64 of these at once it is reset. auto is seven eighths of max_connect (no bound where that is below 16), so that no address can keep all others out; behind a proxy every client has the same address: 0 is no bound, and by a unix socket there is none.',
    alias: ['limit_conn', 'max_connections_per_ip', 'max_conn_per_ip'],
  }),
  max_pipeline: countRow(
    'max_pipeline',
    0,
    100_000,
    1000,
    'The most requests that may have come behind the one that is being answered; the next one is answered 429 and the connection closed.',
  ),
  keepalive_requests: countRow(
    'keepalive_requests',
    1,
    2 ** 31,
    1000,
    'The most requests on one connection before it is closed.',
  ),
  max_cgi: countRow(
    'max_cgi',
    1,
    10_000,
    32,
    'The most CGI children at once; the next requests wait in the queue. A child is started when its request is whole, body included, so that no slow client holds one.',
  ),
  cgi_queue: countRow(
    'cgi_queue',
    0,
    1_000_000,
    256,
    'The most requests that wait for a CGI child; more are answered 503. Addresses take turns; in a full queue the address that has most waiting makes room for one that has fewer.',
  ),
  cgi_spool: {
    ...sizeRow(
      'cgi_spool',
      BOTH,
      [0, 2 ** 40, 'up to 1t; 0 is none'],
      '64m',
      'How much of one output waits on the disk (within temp_disk) while its client reads slower than the script writes. Beyond it the script waits for the client; where others have waited a second for a child, the script with the slowest of such clients is ended, and its answer cut.',
    ),
    alias: ['fastcgi_max_temp_file_size', 'proxy_max_temp_file_size'],
  },
  max_uploads: countRow(
    'max_uploads',
    1,
    100_000,
    256,
    'The most uploads at once, each from the first byte of its body on. Beyond it an upload that stands still for a second or is slower than 16 KiB a second, the slowest first, is answered 503 and makes room; without one, the newcomer is answered 503 with Retry-After.',
  ),
  max_share_per_address: {
    ...countRow(
      'max_share_per_address',
      1,
      100,
      75,
      'The share, in percent, of max_cgi, cgi_queue and max_uploads that one client address (IPv6: one /64 network) may have, and never all of several. 100 is no bound of its own: behind a proxy every client has the same address. Clients of a unix socket have none, and no bound.',
    ),
    alias: ['max_share', 'share_per_address'],
  },
  temp_disk: {
    ...sizeRow(
      'temp_disk',
      ['server'],
      [0, 2 ** 50, 'up to 1024t'],
      '16g',
      'The disk that unfinished uploads, the bodies that wait for their scripts and the output that waits for its client may take together; beyond it a body is answered 503 with Retry-After, and output holds its script back.',
    ),
    alias: ['max_temp_file_size', 'client_body_temp_size'],
  },
  max_listings: countRow(
    'max_listings',
    1,
    100_000,
    64,
    'The most folder listings that are made or sent at once; clients that ask for the same one share it. More are answered 503 with Retry-After.',
  ),
  memory_limit: {
    ...sizeRow(
      'memory_limit',
      ['main', 'server'],
      [64 * KIB, 2 ** 40, 'from 64k to 1t'],
      '48m',
      'The memory that requests under way may take, beside the caches: files being loaded and sent, listings, uploads and scripts, bytes that came early. Of all servers together in the main block, of one server in its own. Beyond a half of it nothing new is cached, beyond three quarters files are sent without being loaded, and at the bound requests are answered 503 with Retry-After.',
    ),
    alias: ['max_memory', 'memory_size'],
  },
  cache_size: sizeRow(
    'cache_size',
    ['server'],
    [0, 2 ** 40, 'up to 1t; 0 is none'],
    '64m',
    'The memory for the static cache; 0 turns it off.',
  ),
  cache_entry: sizeRow(
    'cache_entry',
    ['server'],
    [0, 2 ** 30, 'up to 1g'],
    '1m',
    'The largest file that the static cache keeps.',
  ),
  timeout: timeRow(
    'timeout',
    BOTH,
    null,
    'All five times below at once; one that is set by its own name in the same block wins over it.',
  ),
  header_timeout: {
    ...timeRow('header_timeout', ['server'], '60s', 'How long a request head may take to arrive.'),
    firstOnly: true,
    alias: ['client_header_timeout'],
  },
  body_timeout: {
    ...timeRow('body_timeout', BOTH, '60s', 'How long a request body may stand still.'),
    alias: ['client_body_timeout'],
  },
  send_timeout: timeRow('send_timeout', BOTH, '60s', 'How long a client may refuse to read.'),
  keepalive_timeout: timeRow(
    'keepalive_timeout',
    BOTH,
    '75s',
    'How long an idle connection stays open; 0 closes it after each answer.',
    true,
  ),
  stop_timeout: {
    ...timeRow(
      'stop_timeout',
      ['main'],
      '30s',
      'How long the requests under way may take to end after TERM or QUIT: beyond it they are cut. 0 cuts at once.',
      true,
    ),
    alias: ['worker_shutdown_timeout', 'shutdown_timeout', 'grace_period'],
  },
  min_rate: {
    ...sizeRow(
      'min_rate',
      BOTH,
      [0, 2 ** 30, 'up to 1g; 0 is none'],
      '256',
      'The bytes a second below which a client is too slow: one that sends its body so is answered 408, one that reads so is cut off. Averaged over body_timeout or send_timeout, without the time that the server itself needed.',
    ),
    alias: ['minrate', 'min_data_rate', 'limit_rate_min'],
  },
  cgi_timeout: {
    ...timeRow('cgi_timeout', BOTH, '60s', 'How long a CGI script may make no progress.'),
    alias: ['fastcgi_read_timeout', 'proxy_read_timeout'],
  },
};
