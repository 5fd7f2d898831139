import { fillHead, RequestHead } from '@webserv/request';

/** A target of a script may be as long as one of a client. The fields passed the server's own limits before. */
const LIMITS = { maxHeader: 1 << 20, maxHeaders: 10_000, maxTarget: 8_192 };

/** Fields about the body, which the script has read, and about the target that the client requested. */
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
 * Returns the request that a local redirection stands for (RFC 3875 section 6.2.2): a GET of `target` by the same client,
 * or a HEAD if the client sent one. The target must keep the rules for the target of a client.
 *
 * Returns null if `target` is not a request target.
 */
export function redirectedHead(
  { method, version, host, port, headers }: RequestHead,
  target: string,
): RequestHead | null {
  const head = new RequestHead();
  const values = {
    method: method === 'HEAD' ? 'HEAD' : 'GET',
    target,
    version,
    authority: host === '' ? undefined : port < 0 ? host : `${host}:${port}`,
    fields: [...headers].filter(([name]) => !LEFT_OUT.has(name.toLowerCase())),
  };
  return fillHead(head, values, LIMITS) === null ? head : null;
}
