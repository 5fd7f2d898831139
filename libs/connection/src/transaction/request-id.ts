import { randomFillSync } from 'node:crypto';
import type { Server } from '@webserv/config';
import { Memory } from '@webserv/event-loop';
import type { RequestHead } from '@webserv/request';

/** Bytes of an id, which are written as hexadecimal digits: as many as nginx's. */
const SIZE = 16;
/** Ids that are made with one call. */
const AT_ONCE = 256;
/** What a client may call its request: nothing that means something in a log, a header field or a shell. */
const WELL_FORMED = /^[A-Za-z0-9._:=@/+-]{1,128}$/;
const NAME = 'x-request-id';

const random = Buffer.allocUnsafeSlow(SIZE * AT_ONCE);
let next = random.length;

function made(): string {
  if (next === random.length) {
    randomFillSync(random);
    next = 0;
  }
  const from = next;
  next += SIZE;
  return random.toString('hex', from, next);
}

/** Returns the id of a request by the rules of its server; '' if requests have none there. */
export function requestIdOf({ requestId }: Server, head: RequestHead): string {
  if (requestId === 'off') return '';
  const given = requestId === 'header' ? head.headers.get(NAME) : undefined;
  return given !== undefined && WELL_FORMED.test(given) ? given : made();
}

/**
 * The id as the last line of a head of HTTP/1.1, with the blank line behind it.
 * @param lastLine the line that follows, with the blank line, or null
 */
export function requestIdLine(id: string, lastLine: Memory | null): Memory {
  return Memory.from(
    `X-Request-Id: ${id}\r\n${lastLine === null ? '\r\n' : lastLine.bytes.toString('latin1')}`,
  );
}
