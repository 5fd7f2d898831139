import { fillHead, RequestHead } from '@webserv/request';

/** The target is the script's, and as long as a client's may be. The fields are those that were let in already. */
const LIMITS = { maxHeader: 1 << 20, maxHeaders: 10_000, maxTarget: 8_192 };

/** Fields of the body, which the script has read already, and of the target that the client asked for. */
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
 * HEAD if the client sent one. The target of a script is held to the rules for the target of a client.
 *
 * Returns null if `target` is no request target.
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
