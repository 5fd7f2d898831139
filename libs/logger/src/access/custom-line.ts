import { hostname } from 'node:os';
import type { LineSink } from '../file/line-sink.ts';
import { cutting, EscapeCache, escapeHex, escapeJson } from '../text/escape.ts';
import type { LogClock } from '../text/log-clock.ts';
import type { AccessEntry } from './access-entry.ts';
import type { AccessLine } from './access-line.ts';
import type { LineFormat, LogVariable, LogVariableName } from './line-format.ts';

type Reader = (entry: AccessEntry, clock: LogClock) => string;

/** Values of the server's own, in which nothing needs an escape. */
const PLAIN: Readonly<Partial<Record<LogVariableName, Reader>>> = {
  time_local: (_, clock) => clock.combined,
  time_iso8601: (_, clock) => clock.iso,
  msec: () => (Date.now() / 1000).toFixed(3),
  is_args: ({ request }) => (request.hasQuery ? '?' : ''),
  server_protocol: (entry) => (entry.method === '' ? '' : protocolOf(entry)),
  scheme: ({ request }) => (request.secure === null ? 'http' : 'https'),
  https: ({ request }) => (request.secure === null ? '' : 'on'),
  ssl_protocol: ({ request }) => request.secure?.version ?? '',
  ssl_cipher: ({ request }) => request.secure?.cipher ?? '',
  ssl_session_reused: ({ request: { secure } }) => (secure === null ? '' : secure.resumed ? 'r' : '.'),
  status: ({ status }) => String(status),
  body_bytes_sent: ({ bytes }) => String(bytes),
  request_time: ({ durationMs }) => (durationMs / 1000).toFixed(3),
  request_ms: ({ durationMs }) => durationMs.toFixed(2),
  cache: ({ cache }) => cache,
  pid: () => String(process.pid),
};

/** Values that come from a client, a config or a system. */
const FOREIGN: Readonly<Partial<Record<LogVariableName, Reader>>> = {
  remote_addr: ({ remote }) => remote,
  realip_remote_addr: ({ request }) => request.peer,
  remote_user: ({ user }) => user,
  request: (entry) =>
    entry.method === '' ? entry.requestLine : `${entry.method} ${entry.target} ${protocolOf(entry)}`,
  request_method: ({ method }) => method,
  request_uri: ({ target }) => target,
  uri: ({ request }) => request.path,
  args: ({ request }) => request.query,
  query_string: ({ request }) => request.query,
  host: ({ host }) => host,
  server_name: ({ request }) => request.serverName,
  ssl_server_name: ({ request }) => request.secure?.serverName ?? '',
  request_id: ({ id }) => id,
  stage: ({ stage }) => stage,
  errno: ({ errno }) => errno,
  place: ({ place }) => place,
  hostname: () => hostname(),
};

function protocolOf({ version }: AccessEntry): string {
  return version === 11 ? 'HTTP/1.1' : version === 20 ? 'HTTP/2.0' : 'HTTP/1.0';
}

/** A format of one's own, which was made into a list of writers once. A value that is not known is `-`, in JSON empty. */
export class CustomLine implements AccessLine {
  private readonly clock: LogClock;
  private readonly writers: readonly Reader[];

  constructor(format: LineFormat, clock: LogClock) {
    this.clock = clock;
    const encode = cutting(format.escape === 'json' ? escapeJson : escapeHex);
    const missing = format.escape === 'json' ? '' : '-';
    this.writers = format.parts.map((part) =>
      typeof part === 'string' ? literal(part) : writerOf(part, encode, missing),
    );
  }

  write(entry: AccessEntry, sink: LineSink): void {
    const { clock } = this;
    clock.update();
    let line = '';
    for (const writer of this.writers) line += writer(entry, clock);
    sink.write(`${line}\n`);
  }
}

/** A sink takes one byte a character, so a text beyond ASCII is given as the bytes of its UTF-8 form. */
function literal(text: string): Reader {
  const bytes = Buffer.from(text).toString('latin1');
  return () => bytes;
}

function writerOf({ name, field }: LogVariable, encode: (text: string) => string, missing: string): Reader {
  const plain = PLAIN[name];
  if (plain !== undefined) return (entry, clock) => plain(entry, clock) || missing;
  const foreign = FOREIGN[name] ?? (({ request }: AccessEntry) => request.field(field));
  const cache = new EscapeCache(encode);
  return (entry, clock) => cache.get(foreign(entry, clock)) || missing;
}
