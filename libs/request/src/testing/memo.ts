import { FieldId } from '../fields/field-id.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { HeadMemo } from '../memo/head-memo.ts';
import { RequestParser } from '../parser.ts';
import { bytesOf, feedPieces, pieces, seen } from './feeding.ts';

export const LINE = 'GET /page.html?a=b HTTP/1.1\r\n';
export const SECTION =
  'Host: www.example.org:8080\r\nUser-Agent: curl/8.0 (like a browser)\r\nAccept: */*\r\nX-One: 1\r\nX-One: 2\r\n\r\n';
export const HEAD = LINE + SECTION;

/** Returns all that a head says, asked in every way. */
export function said(parser: RequestParser, parts: readonly Buffer[]): unknown {
  parser.reset();
  const { status, consumed } = feedPieces(parser, parts);
  const { headers, hasBody } = parser.head;
  const known = Object.values(FieldId).map((id) =>
    id === FieldId.UNKNOWN ? '' : [headers.known(id), headers.hasKnown(id), headers.isRepeated(id)],
  );
  const asked = ['x-one', 'x-two', 'host', 'accept'].map((name) => [headers.get(name), headers.all(name)]);
  return [seen(parser, status, consumed), known, asked, hasBody, headers.count];
}

/** Expects that a parser with the memo and one without say the same of a head. */
export function expectSame(
  memo: HeadMemo,
  text: string,
  cuts: readonly number[] = [],
  limits = DEFAULT_LIMITS,
): void {
  const parts = pieces(bytesOf(text), cuts);
  const plain = new RequestParser(limits, false, null);
  const remembering = new RequestParser(limits, false, memo);
  // Compared as text, because thousands of heads are compared.
  expect(JSON.stringify([text, said(remembering, parts)])).toBe(JSON.stringify([text, said(plain, parts)]));
}
