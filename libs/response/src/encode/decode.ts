import type { Body } from '../reply/body.ts';
import { Reply } from '../reply/reply.ts';
import { isOwned } from './encode.ts';

/** Where the code stands in a status line, and how long the line is without the phrase. */
const STATUS = 'HTTP/1.1 '.length;
const PHRASE = STATUS + '200 '.length;

/**
 * Returns the reply that a head was encoded from, without the fields that the encoder writes by itself. A cache that has
 * the head need not keep the reply beside it, which takes more memory than a small page.
 *
 * @param head as `encodeInto` has written it, in Latin-1: nothing else is understood
 */
export function decodeHead(head: string, body: Body): Reply {
  const reply = new Reply(Number(head.slice(STATUS, PHRASE - 1)), body);
  let at = head.indexOf('\r\n') + 2;
  for (let end = head.indexOf('\r\n', at); end > at; end = head.indexOf('\r\n', at)) {
    const colon = head.indexOf(':', at);
    const name = head.slice(at, colon);
    if (!isOwned(name)) reply.headers.append(name, head.slice(colon + 2, end));
    at = end + 2;
  }
  return reply;
}
