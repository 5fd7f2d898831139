import type { OutgoingHttpHeaders } from 'node:http2';

/** Fields of the connection: HTTP/2 has frames in their place (RFC 9113, section 8.2.2). */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'host',
]);

/** The head of a request that a test has written as HTTP/1.1, as HTTP/2 says it. */
export interface WrittenRequest {
  readonly method: string;
  readonly fields: OutgoingHttpHeaders;
  /** Bytes of its content; -1 if it comes in chunks. */
  readonly length: number;
  /** Nothing follows it on its connection. */
  readonly last: boolean;
}

/** @param head without the empty line */
export function readWritten(head: string, scheme: string): WrittenRequest {
  const [line = '', ...lines] = head.split('\r\n');
  const [method = '', target = '', version] = line.split(' ');
  const fields: Record<string, string[]> = {};
  for (const each of lines) {
    const colon = each.indexOf(':');
    const name = each.slice(0, colon).toLowerCase();
    fields[name] = [...(fields[name] ?? []), each.slice(colon + 1).trim()];
  }
  const said = (name: string): string => (fields[name] ?? []).join(',').toLowerCase();
  const [, whole, rest] = /^http:\/\/([^/]*)(.*)$/i.exec(target) ?? [];
  const authority = whole ?? fields['host']?.[0] ?? 'localhost';
  const pseudo: OutgoingHttpHeaders =
    method === 'CONNECT'
      ? { ':method': method, ':authority': target }
      : { ':method': method, ':scheme': scheme, ':authority': authority, ':path': rest ?? target };
  if (pseudo[':path'] === '') pseudo[':path'] = '/';
  const kept = Object.entries(fields).filter(([name]) => !OF_CONNECTION.has(name));
  return {
    method,
    fields: {
      ...pseudo,
      ...Object.fromEntries(kept.map(([name, values]) => [name, values.length > 1 ? values : values[0]])),
    },
    length: said('transfer-encoding') === 'chunked' ? -1 : Number(fields['content-length']?.[0] ?? 0),
    last: version === 'HTTP/1.0' || said('connection').includes('close'),
  };
}
