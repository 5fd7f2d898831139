// The directives that limit what a client can use: bytes, counts, time.

import { type Context, row } from './row.ts';
import type { Value } from './values/value.ts';
import { count, countOrAuto, duration, size } from './values/values.ts';

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
    expects: `bytes, or a number with k, m, g or t, ${range[2]}`,
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
      'The largest request body. A larger one gets 413.',
    ),
    alias: ['client_max_body_size', 'max_body', 'max_body_size'],
  },
  max_header: {
    ...sizeRow(
      'max_header',
      ['server'],
      [256, MIB, 'from 256 to 1m'],
      '16k',
      'The largest request head: request line and header fields. A larger one gets 431.',
    ),
    firstOnly: true,
    alias: ['large_client_header_buffers', 'client_header_buffer_size', 'header_size'],
  },
  max_headers: {
    ...countRow(
      'max_headers',
      1,
      10_000,
      100,
      'The largest number of header fields in a request. More fields get 431.',
    ),
    firstOnly: true,
  },
  max_uri: {
    ...sizeRow(
      'max_uri',
      ['server'],
      [16, MIB, 'from 16 to 1m'],
      '8k',
      'The longest request target. A longer one gets 414. The target counts towards max_header too.',
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
      'The largest number of connections at once. At the limit a connection makes room for a new one: the one that has been idle longest or, if none is idle, one that has not sent its head within 250 ms. Of the latter the server takes the youngest of the address that has the most connections, or its oldest while the youngest has had less than 250 ms. If there is none either, new connections wait in the backlog. With workers each has an equal part of it.',
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
    help: 'The largest number of connections at once from one client address (IPv6: one /64 network). At the limit a new connection takes the place of one of them that has not sent its head within 250 ms: the youngest, or the oldest while the youngest has had less than 250 ms. If there is none, the new connection gets 429 and is closed; beyond 64 of these at once it is reset. auto is seven eighths of max_connect, so that no address can keep all others out; if max_connect is below 16, auto is no limit. 0 is no limit: use it behind a proxy, where every client has the same address. A unix socket has no limit. With workers it holds in each of them by itself.',
    alias: ['limit_conn', 'max_connections_per_ip', 'max_conn_per_ip'],
  }),
  max_pipeline: countRow(
    'max_pipeline',
    0,
    100_000,
    1000,
    'The largest number of requests that may wait on a connection behind the one that is being answered. The next one gets 429, and the connection is closed.',
  ),
  keepalive_requests: countRow(
    'keepalive_requests',
    1,
    2 ** 31,
    1000,
    'The largest number of requests on one connection. The server closes the connection after them.',
  ),
  max_cgi: countRow(
    'max_cgi',
    1,
    10_000,
    32,
    'The largest number of CGI children at once. Further requests wait in the queue. A child starts when its request is complete, including the body, so that no slow client holds a child. With workers each has an equal part of it.',
  ),
  cgi_queue: countRow(
    'cgi_queue',
    0,
    1_000_000,
    256,
    'The largest number of requests that wait for a CGI child. A further request gets 503. Addresses take turns. In a full queue the address with the most waiting requests makes room for an address with fewer. With workers each has an equal part of it.',
  ),
  cgi_spool: {
    ...sizeRow(
      'cgi_spool',
      BOTH,
      [0, 2 ** 40, 'up to 1t; 0 for none'],
      '64m',
      'The largest part of one output that waits on the disk (within temp_disk) while the client reads more slowly than the script writes. Beyond it the script waits for the client. If other requests have then waited a second for a child, the server ends the script with the slowest such client, and cuts its answer.',
    ),
    alias: ['fastcgi_max_temp_file_size', 'proxy_max_temp_file_size'],
  },
  max_uploads: countRow(
    'max_uploads',
    1,
    100_000,
    256,
    'The largest number of uploads at once. An upload counts from the first byte of its body. At the limit one upload makes room and gets 503: one that has stood still for a second or is slower than 16 KiB a second, the slowest first. If there is none, the new upload gets 503 with Retry-After. With workers each has an equal part of it.',
  ),
  max_share_per_address: {
    ...countRow(
      'max_share_per_address',
      1,
      100,
      75,
      'The share of max_cgi, cgi_queue and max_uploads, in percent, that one client address (IPv6: one /64 network) may have. Below 100 it never has all places, if there is more than one. 100 is no limit of its own: use it behind a proxy, where every client has the same address. Clients of a unix socket have no address, and no limit. With workers it is the share of the part of each.',
    ),
    alias: ['max_share', 'share_per_address'],
  },
  temp_disk: {
    ...sizeRow(
      'temp_disk',
      ['server'],
      [0, 2 ** 50, 'up to 1024t'],
      '16g',
      'The disk space that unfinished uploads, bodies that wait for their scripts and output that waits for its client may take together. Beyond it a body gets 503 with Retry-After, and a script with output waits. With workers each has an equal part of it.',
    ),
    alias: ['max_temp_file_size', 'client_body_temp_size'],
  },
  max_listings: countRow(
    'max_listings',
    1,
    100_000,
    64,
    'The largest number of folder listings that are made or sent at once. Clients that ask for the same listing share it. A further listing gets 503 with Retry-After. With workers each has an equal part of it.',
  ),
  memory_limit: {
    ...sizeRow(
      'memory_limit',
      ['main', 'server'],
      [64 * KIB, 2 ** 40, 'from 64k to 1t'],
      '48m',
      'The memory that requests under way may take beside the caches: files that are loaded and sent, listings, uploads, scripts, and bytes that arrived early. On the main level it bounds all servers together, in a server that server alone. Above one half of it nothing new is cached. Above three quarters files are sent without being loaded. At the limit requests get 503 with Retry-After. With workers each has an equal part of it.',
    ),
    alias: ['max_memory', 'memory_size'],
  },
  cache_size: sizeRow(
    'cache_size',
    ['server'],
    [0, 2 ** 40, 'up to 1t; 0 for none'],
    '64m',
    'The memory for the static cache. 0 turns the cache off. With workers each has an equal part of it.',
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
    'Sets header_timeout, body_timeout, send_timeout, keepalive_timeout and cgi_timeout at once. A time that the same block sets by its own name wins.',
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
  send_timeout: timeRow('send_timeout', BOTH, '60s', 'How long a client may read nothing of its answer.'),
  keepalive_timeout: timeRow(
    'keepalive_timeout',
    BOTH,
    '75s',
    'How long an idle connection stays open. 0 closes a connection after each answer.',
    true,
  ),
  stop_timeout: {
    ...timeRow(
      'stop_timeout',
      ['main'],
      '30s',
      'How long the requests under way may take to end after TERM or QUIT. Then the server cuts them. 0 cuts them at once.',
      true,
    ),
    alias: ['worker_shutdown_timeout', 'shutdown_timeout', 'grace_period'],
  },
  drain_delay: {
    ...timeRow(
      'drain_delay',
      ['main'],
      '0',
      'How long the server still serves as usual after TERM or QUIT, while /readyz of the admin address says 503 already. A load balancer that asks there sends nothing more, and only then the stop begins. stop_timeout counts from that moment on. A second TERM ends the delay, and INT too. An upgrade needs no delay, and has none: the new process serves at the same addresses, and /readyz says 200 all through it.',
      true,
    ),
    alias: ['shutdown_delay', 'hard_stop_after'],
  },
  min_rate: {
    ...sizeRow(
      'min_rate',
      BOTH,
      [0, 2 ** 30, 'up to 1g; 0 for none'],
      '256',
      'The lowest rate of a client, in bytes a second. A client that sends its body more slowly gets 408. A client that reads more slowly is cut off. The rate is an average over body_timeout or send_timeout, without the time that the server itself needed.',
    ),
    alias: ['minrate', 'min_data_rate', 'limit_rate_min'],
  },
  limit_rate: {
    ...sizeRow(
      'limit_rate',
      BOTH,
      [0, 2 ** 40, 'up to 1t; 0 for none'],
      '0',
      'The highest rate of one answer, in bytes a second. It counts the body, of files, scripts and listings, over HTTP/1.1 and HTTP/2. The bytes of one second leave at once. A client with several requests has the rate for each. send_timeout and min_rate do not count the time that the server waits.',
    ),
    alias: ['throttle', 'bandwidth', 'rate'],
  },
  limit_rate_after: sizeRow(
    'limit_rate_after',
    BOTH,
    [0, 2 ** 50, 'up to 1024t'],
    '0',
    'Bytes of an answer that leave before limit_rate counts.',
  ),
  cgi_timeout: {
    ...timeRow('cgi_timeout', BOTH, '60s', 'How long a CGI script may make no progress.'),
    alias: ['fastcgi_read_timeout', 'proxy_read_timeout'],
  },
};
