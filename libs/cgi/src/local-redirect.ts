import { FeedStatus, type RequestHead, RequestParser } from '@webserv/request';

/** The target is the script's, and as long as a client's may be; the fields are those that were let in already. */
const LIMITS = { maxHeader: 1 << 20, maxHeaders: 10_000, maxTarget: 8_192 };

const VISIBLE = /^[!-~]+$/;

/** What is about the body, which the script has had, or about the target that was asked for. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'trailer',
  'transfer-encoding',
]);

/**
 * The request that a local redirection stands for (RFC 3875 section 6.2.2): a GET of `target` by the same client, or a
 * HEAD where the client has asked with one. It is written down and read by the request parser, so that a script's target
 * is held to what a client's is.
 * @returns null where it is no request target
 */
export function redirectedHead(head: RequestHead, target: string): RequestHead | null {
  // A space or a line end would make the rest of it something else than a target.
  if (!VISIBLE.test(target)) return null;
  const method = head.method === 'HEAD' ? 'HEAD' : 'GET';
  let text = `${method} ${target} HTTP/1.${head.version - 10}\r\n`;
  if (head.host !== '') text += `Host: ${head.host}${head.port < 0 ? '' : `:${head.port}`}\r\n`;
  for (let index = 0; index < head.headers.count; index++) {
    const name = head.headers.name(index);
    if (!LEFT_OUT.has(name.toLowerCase())) text += `${name}: ${head.headers.value(index)}\r\n`;
  }
  const bytes = Buffer.from(`${text}\r\n`, 'latin1');
  const parser = new RequestParser(LIMITS);
  return parser.feed(bytes, 0, bytes.length) === FeedStatus.HEAD ? parser.head : null;
}
