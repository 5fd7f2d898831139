import { http2Head, type OneRequest } from '@webserv/connection';

interface Answer {
  readonly status: number;
  readonly head: readonly string[];
}

/** Reads the head of a response, behind those that only said that it is to come. Returns null if there is none. */
export function readAnswer(received: Buffer, protocol: OneRequest['protocol']): Answer | null {
  if (protocol === 'http/1.1') return inHttp1(received);
  const head = http2Head(received);
  if (head === null) return null;
  const { status, fields } = head;
  return { status, head: [`HTTP/2 ${status}`, ...fields.map(([name, value]) => `${name}: ${value}`)] };
}

function inHttp1(received: Buffer): Answer | null {
  const text = received.toString('latin1');
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return null;
    const head = text.slice(at, end).split('\r\n');
    const status = Number(head[0]?.split(' ')[1]);
    if (status >= 200) return { status, head };
    at = end + 4;
  }
  return null;
}
