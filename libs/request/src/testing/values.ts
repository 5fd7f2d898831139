import { RequestHead } from '../head/head.ts';
import { fillHead, type HeadValues } from '../head/head-values.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { FeedStatus, RequestParser } from '../parser.ts';
import { bytesOf } from './feeding.ts';

/** Prints the values as a client of HTTP/1.1 would send them. */
export function printed({ method, target, version = 11, authority, fields = [] }: HeadValues): string {
  const lines = authority === undefined ? fields : [['Host', authority] as const, ...fields];
  const section = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${method} ${target} HTTP/1.${version - 10}\r\n${section}\r\n`;
}

/** Returns all that a head says. */
export function said(head: RequestHead): unknown {
  const { headers, ...rest } = head;
  return { ...rest, hasBody: head.hasBody, fields: [...headers] };
}

/** Returns what the parser reads from the text, or its error. */
export function parsed(values: HeadValues, limits: Limits, secure: boolean): unknown {
  const bytes = bytesOf(printed(values));
  const parser = new RequestParser(limits, secure, null);
  const status = parser.feed(bytes, 0, bytes.length);
  return status === FeedStatus.HEAD ? said(parser.head) : { ...parser.error };
}

/** Returns what `fillHead` makes of the values, or its error. */
export function filled(
  values: HeadValues,
  limits = DEFAULT_LIMITS,
  secure = false,
  head = new RequestHead(),
): unknown {
  const error = fillHead(head, values, limits, secure);
  return error === null ? said(head) : { ...error };
}
