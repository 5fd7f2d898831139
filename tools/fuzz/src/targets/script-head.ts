import { OutputParser, OutputStatus, type ScriptHead } from '@webserv/cgi';
import { type EncodeContext, Encoded, encodeInto, Reply } from '@webserv/response';
import { deliver, splitsOf } from '../splits.ts';
import { claim, same, type Target } from '../target.ts';

const SERVERS_OWN =
  /^(?:connection|content-length|keep-alive|proxy-connection|status|te|trailer|transfer-encoding|upgrade|x-cgi-.*)$/i;

/** Heads that scripts print, and the part of them that reaches a client. */
export const scriptHead: Target = {
  name: 'script-head',
  seeds: [
    'Content-Type: text/html\n\n<p>',
    'Status: 404 Not here\r\nContent-Type: text/plain\r\nX-A: b\r\n\r\nbody',
    'Location: /other?x\n\n',
    'Location: http://a/\nStatus: 302\n\n',
    'Set-Cookie: a=b\nset-cookie: c=d\nContent-type: a/b\nContent-Length: 3\n\nabc',
  ],
  words: [
    'Content-Type: ',
    'Status: ',
    'Location: ',
    'Content-Length: ',
    'Set-Cookie: ',
    'X-CGI-A: b\n',
    'Transfer-Encoding: chunked\n',
    '\n',
    '\r\n',
    '\n\n',
    '\r\r\n',
    ':',
    ' ',
    '\t',
    '200 OK',
    '304',
    '199',
    '600',
    '100',
    '/a#b',
    '/',
    'http://a/',
    '\0',
    '\x80',
  ],
  run(input) {
    const seen = splitsOf(input).map((parts) => read(parts));
    for (const other of seen) same(other, seen[0], 'another split, another head');
    const { head, consumed } = seen[0] as Seen;
    if (head !== null) judge(input.toString('latin1', 0, consumed), head);
  },
};

type Fields = readonly (readonly [string, string])[];

interface Seen {
  readonly status: OutputStatus;
  readonly error: string;
  readonly consumed: number;
  readonly head: (Omit<ScriptHead, 'headers'> & { readonly headers: Fields }) | null;
}

function read(parts: readonly Buffer[]): Seen {
  const parser = new OutputParser();
  let status: OutputStatus = OutputStatus.PARTIAL;
  let consumed = 0;
  deliver(parts, (bytes, start, end) => {
    status = parser.feed(bytes, start, end);
    claim(parser.consumed >= start && parser.consumed <= end, 'consumed lies outside of what was fed');
    consumed += parser.consumed - start;
    return status === OutputStatus.PARTIAL;
  });
  status = parser.end();
  claim(status !== OutputStatus.PARTIAL, 'an end that decides nothing');
  const more = Buffer.from('Content-Type: a/b\n\n');
  claim(parser.feed(more, 0, more.length) === status && parser.consumed === 0, 'it goes on behind its end');
  const { head } = parser;
  claim((head !== null) === (status === OutputStatus.HEAD), 'a head without HEAD, or the reverse');
  claim((parser.error !== '') === (status === OutputStatus.ERROR), 'an error without words, or the reverse');
  if (head === null) return { status, error: parser.error, consumed: -1, head: null };
  const headers = Array.from(
    { length: head.headers.count },
    (_none, i) => [head.headers.nameAt(i), head.headers.valueAt(i)] as const,
  );
  return { status, error: '', consumed, head: { ...head, headers } };
}

function judge(text: string, head: NonNullable<Seen['head']>): void {
  claim(/\n\r?\n$/.test(text), 'a head that no empty line ends');
  claim(head.status >= 200 && head.status <= 599, 'a status that is no final one');
  claim(head.contentLength >= -1 && Number.isSafeInteger(head.contentLength), 'a length that is none');
  if (head.kind === 'local-redirect')
    claim(head.location.startsWith('/'), 'a local redirection to elsewhere');
  for (const [name] of head.headers) claim(!SERVERS_OWN.test(name), `${name} is the server's own`);
  const again = read([Buffer.from(written(head), 'latin1')]);
  same(again.head, head, 'another head when written again');
  sent(head);
}

function written({
  status,
  stated,
  reason,
  headers,
  contentLength,
  chunked,
  kind,
}: NonNullable<Seen['head']>): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  // A local redirection without a status counts as 302. With a status, the client would have to follow it.
  if (stated && (kind !== 'local-redirect' || status !== 302))
    lines.push(`Status: ${status}${reason === '' ? '' : ` ${reason}`}`);
  if (contentLength >= 0) lines.push(`Content-Length: ${contentLength}`);
  if (chunked) lines.push('Transfer-Encoding: chunked');
  return `${lines.join('\n')}\n\n`;
}

const CONTEXT: EncodeContext = {
  method: 'GET',
  version: 11,
  keepAlive: true,
  date: 'Thu, 01 Jan 1970 00:00:00 GMT',
  server: 's',
};

/** The client gets exactly one head: no script can end it early or frame the message. */
function sent(head: NonNullable<Seen['head']>): void {
  const reply = new Reply(head.status);
  reply.reason = head.reason;
  for (const [name, value] of head.headers) reply.headers.append(name, value);
  const into = Buffer.alloc(8_192);
  const end = encodeInto(into, 0, reply, CONTEXT, new Encoded());
  if (end < 0) return;
  const text = into.toString('latin1', 0, end);
  claim(text.indexOf('\r\n\r\n') === end - 4, 'a head with another end in it');
  const lines = text.split('\r\n').slice(1, -2);
  claim(
    lines.every((line) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+: ?[\t\x20-\x7e\x80-\xff]*$/.test(line)),
    'a line that is no field',
  );
  claim(
    lines.filter((line) => /^(?:content-length|transfer-encoding):/i.test(line)).length <= 1,
    'a message with two framings',
  );
}
