import { FieldId } from '@webserv/request';
import type { Reply } from '@webserv/response';
import type { Exchange } from '../exchange.ts';
import { failure } from '../failure.ts';

/** Refuses a body in a coding. The disk does not keep the coding, so a GET would send the file without it. */
export function refusedCoding(exchange: Exchange): Reply | null {
  const coding = exchange.head.headers.known(FieldId.CONTENT_ENCODING);
  if (coding === undefined || coding.toLowerCase() === 'identity') return null;
  const reply = failure(exchange, 415, 'content-encoding');
  reply.headers.set('Accept-Encoding', 'identity');
  return reply;
}
