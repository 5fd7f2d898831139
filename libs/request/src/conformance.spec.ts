import { DEFAULT_LIMITS } from './limits.ts';
import { FeedStatus, RequestParser } from './parser.ts';
import type { Case } from './testing/case.ts';
import { bytesOf } from './testing/feeding.ts';
import { FIELD_SECTIONS } from './testing/field-sections.ts';
import { REQUEST_LINES } from './testing/request-lines.ts';

function check([, text, expected]: Case): void {
  const bytes = bytesOf(text);
  const parser = new RequestParser(DEFAULT_LIMITS);
  const status = parser.feed(bytes, 0, bytes.length);
  const { error, head } = parser;
  if (expected === null) {
    expect([status, error]).toEqual([FeedStatus.PARTIAL, null]);
  } else if (typeof expected === 'string') {
    const withOffset = expected.split(' ').length === 3;
    expect(status).toBe(FeedStatus.ERROR);
    expect(`${error?.status} ${error?.code}${withOffset ? ` ${error?.at}` : ''}`).toBe(expected);
    expect(head.keepAlive).toBe(false);
  } else {
    expect(error).toBeNull();
    expect(status).toBe(FeedStatus.HEAD);
    for (const [name, value] of Object.entries(expected)) {
      expect([name, head[name as keyof typeof head]]).toEqual([name, value]);
    }
    expect([parser.consumed, head.bytes]).toEqual([bytes.length, bytes.length]);
  }
}

describe('request line and target', () => {
  it.each(REQUEST_LINES)('%s', (...row) => check(row));
});

describe('field section', () => {
  it.each(FIELD_SECTIONS)('%s', (...row) => check(row));
});

it('every byte value in every place is either read or refused, as its class says', () => {
  const places: [string, string, RegExp][] = [
    ['G', 'T / HTTP/1.1\r\nHost: h\r\n\r\n', /[!#$%&'*+\-.^_`|~0-9A-Za-z]/],
    ['GET /a', 'b HTTP/1.1\r\nHost: h\r\n\r\n', /[A-Za-z0-9\-._~!$&'()*+,;=:@/?[\]|]/],
    ['GET /?a', ' HTTP/1.1\r\nHost: h\r\n\r\n', /[A-Za-z0-9\-._~!$&'()*+,;=:@/?%[\]|{}^`\\]/],
    ['GET / HTTP/1.1\r\nHost: h\r\nX', 'Y: z\r\n\r\n', /[!#$%&'*+\-.^_`|~0-9A-Za-z:]/],
    ['GET / HTTP/1.1\r\nHost: h\r\nX: y', 'z\r\n\r\n', /[\t\x20-\x7e\x80-\xff]/],
    ['GET / HTTP/1.1\r\nHost: h', 'h\r\n\r\n', /[A-Za-z0-9\-._~!$&'()*+,;=]/],
  ];
  for (const [before, behind, allowed] of places) {
    for (let c = 0; c < 256; c++) {
      const bytes = bytesOf(before + String.fromCharCode(c) + behind);
      const status = new RequestParser(DEFAULT_LIMITS).feed(bytes, 0, bytes.length);
      expect([before, c, status === FeedStatus.HEAD]).toEqual([
        before,
        c,
        allowed.test(String.fromCharCode(c)),
      ]);
    }
  }
});
