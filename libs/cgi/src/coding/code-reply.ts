import type { Loop } from '@webserv/event-loop';
import type { Exchange } from '@webserv/methods';
import { FieldId } from '@webserv/request';
import { acceptedCodings, isAmongTypes, preferredCoding, type Reply } from '@webserv/response';
import { CodedOutput } from './coded-output.ts';
import { coderBytes } from './coder.ts';

/** Fields that speak of the bytes of the content, and that no coding can keep true. */
const BOUND = ['Content-Encoding', 'Content-Range', 'Content-Digest', 'Digest', 'Content-MD5'];
/** A client acts on each piece of it at once. */
const EVENTS: ReadonlySet<string> = new Set(['text/event-stream']);

/**
 * Puts a coding on the answer of a script if its location says so, the client accepts it and it pays. An answer that some
 * clients get in a coding says Vary to all of them.
 */
export function codeReply(reply: Reply, exchange: Exchange, loop: Loop): Reply {
  const { location } = exchange;
  if (location.compressScripts.length > 0 && mayBeCoded(reply, location)) putCoding(reply, exchange, loop);
  return reply;
}

function putCoding(reply: Reply, { head, location, server, services }: Exchange, loop: Loop): void {
  const { headers, body } = reply;
  const vary = headers.get('Vary');
  if (vary !== '*' && !/\baccept-encoding\b/i.test(vary ?? '')) headers.append('Vary', 'Accept-Encoding');
  const accepted = acceptedCodings(head.headers.known(FieldId.ACCEPT_ENCODING));
  const coding = location.compressScripts[preferredCoding(accepted, location.compressScripts)];
  if (coding === undefined) return;
  if (body.kind !== 'stream') {
    // GET would have another length.
    reply.body = { kind: 'unsent', length: -1 };
    return;
  }
  const memory = services.memoryOf(server);
  if (!memory.spare(coderBytes(coding))) return;
  memory.give(coderBytes(coding));
  headers.append('Content-Encoding', coding);
  headers.remove('Accept-Ranges');
  const etag = headers.get('ETag');
  // The same content is other bytes now.
  if (etag?.startsWith('"')) headers.set('ETag', `W/${etag}`);
  reply.body = { kind: 'stream', source: new CodedOutput(body.source, coding, loop, memory), length: -1 };
}

/** Whether a client that accepts a coding gets one. */
function mayBeCoded({ status, headers, body }: Reply, location: Exchange['location']): boolean {
  if (status === 204 || status === 206 || status === 304) return false;
  const { length } = body.kind === 'stream' || body.kind === 'unsent' ? body : { length: 0 };
  if (length >= 0 && length < Math.max(1, location.compressMin)) return false;
  if (BOUND.some((name) => headers.has(name))) return false;
  if (/\bno-transform\b/i.test(headers.get('Cache-Control') ?? '')) return false;
  const type = headers.get('Content-Type') ?? '';
  return isAmongTypes(type, location.compressTypes) && !isAmongTypes(type, EVENTS);
}
