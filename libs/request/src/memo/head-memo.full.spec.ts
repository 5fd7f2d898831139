import fc from 'fast-check';
import { DEFAULT_LIMITS } from '../limits.ts';
import { FIELD_SECTIONS } from '../testing/field-sections.ts';
import { expectSame, HEAD, LINE, SECTION } from '../testing/memo.ts';
import { REQUEST_LINES } from '../testing/request-lines.ts';
import { HeadMemo } from './head-memo.ts';

describe('a memo', () => {
  const lines = fc.constantFrom(
    LINE,
    'GET / HTTP/1.1\r\n',
    'HEAD / HTTP/1.1\r\n',
    'GET /%7eb/../c HTTP/1.1\r\n',
    'GET /%zz HTTP/1.1\r\n',
    'GET /? HTTP/1.0\r\n',
    'POST /page.html?a=b HTTP/1.1\r\n',
    'CONNECT /page.html?a=b HTTP/1.1\r\n',
    'CONNECT a:1 HTTP/1.1\r\n',
    'GET http://a/b HTTP/1.1\r\n',
    'OPTIONS * HTTP/1.1\r\n',
    '\r\nGET /page.html?a=b HTTP/1.1\r\n',
    'GET /page.html?a=b HTTP/1.2\r\n',
  );
  const sections = fc.constantFrom(
    SECTION,
    SECTION.replace('8080', '8081'),
    'Host: a\r\n\r\n',
    'Host:a\r\n\r\n',
    'Host: A.\r\nConnection: close\r\n\r\n',
    'Host: www.example.org\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n',
    'Host: www.example.org\r\nTransfer-Encoding: chunked\r\nX-Two: \xe9\r\n\r\n',
    'Host: www.example.org\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n',
    'Host: www.example.org\r\nCookie: a=b\r\n\r\n',
    '\r\n',
  );
  const head = fc.tuple(lines, sections).map((parts) => parts.join(''));
  const changed = fc.tuple(head, fc.nat(), fc.nat({ max: 255 })).map(([text, at, c]) => {
    const place = at % text.length;
    return text.slice(0, place) + String.fromCharCode(c) + text.slice(place + 1);
  });
  const input = fc.record({
    text: fc.oneof(
      { weight: 4, arbitrary: head },
      changed,
      fc.constantFrom(...REQUEST_LINES, ...FIELD_SECTIONS).map(([, text]) => text),
    ),
    behind: fc.constantFrom('', '', 'abc', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', SECTION, '\r\n'),
    cuts: fc.array(fc.nat(), { maxLength: 2 }),
    times: fc.integer({ min: 1, max: 4 }),
    low: fc.constantFrom(
      DEFAULT_LIMITS,
      DEFAULT_LIMITS,
      { maxHeader: 60, maxHeaders: 2, maxTarget: 17 },
      { maxHeader: HEAD.length, maxHeaders: 5, maxTarget: 18 },
      { maxHeader: HEAD.length - 1, maxHeaders: 4, maxTarget: 18 },
    ),
  });

  it('changes nothing that a parser says, whatever comes, in whatever pieces, under whatever limits', () => {
    fc.assert(
      fc.property(fc.array(input, { minLength: 1, maxLength: 12 }), (inputs) => {
        const memo = new HeadMemo();
        for (const { text, behind, cuts, times, low } of inputs) {
          const whole = text + behind;
          const places = cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b);
          for (let time = 0; time < times; time++) {
            expectSame(memo, whole, time === times - 1 ? places : [], low);
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});
