import { DEFAULT_LIMITS } from './limits.ts';
import { FeedStatus, RequestParser } from './parser.ts';
import { bytesOf, feedPieces, pieces, seen, seenAfter } from './testing/feeding.ts';
import { FIELD_SECTIONS } from './testing/field-sections.ts';
import { REQUEST_LINES } from './testing/request-lines.ts';

const CASES = [...REQUEST_LINES, ...FIELD_SECTIONS].map(([, text]) => text);
const SIMPLE = 'GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n';
const { PARTIAL, HEAD, ERROR } = FeedStatus;

describe('splits', () => {
  it('of every conformance case into single bytes change nothing', () => {
    for (const text of CASES) {
      const bytes = bytesOf(text);
      const cuts = [...bytes.keys()].slice(1);
      expect([text, seenAfter(pieces(bytes, cuts))]).toEqual([text, seenAfter([bytes])]);
    }
  });
});

describe('limits', () => {
  const limits = { maxHeader: 100, maxHeaders: 3, maxTarget: 10 };
  /** A head of exactly `size` bytes. */
  const headOf = (size: number): string => {
    const start = 'GET / HTTP/1.1\r\nHost: h\r\nX: ';
    return `${start}${'x'.repeat(size - start.length - 4)}\r\n\r\n`;
  };
  const fields = (count: number): string => 'X: y\r\n'.repeat(count - 1);

  it.each([
    ['head, one under', headOf(99), ''],
    ['head, at the bound', headOf(100), ''],
    ['head, one over', headOf(101), '431 head-too-large 100'],
    ['head, far over', headOf(5000), '431 head-too-large 100'],
    ['head with an empty line before it, at the bound', `\r\n${headOf(98)}`, ''],
    ['head with an empty line before it, one over', `\r\n${headOf(99)}`, '431 head-too-large 100'],
    ['unfinished at the bound', headOf(101).slice(0, 100), null],
    ['unfinished one over', `${headOf(200).slice(0, 101)}`, '431 head-too-large 100'],
    ['CR at the bound, LF over it', `${headOf(101)}`, '431 head-too-large 100'],
    ['fields, one under', `GET / HTTP/1.1\r\nHost: h\r\n${fields(2)}\r\n`, ''],
    ['fields, at the bound', `GET / HTTP/1.1\r\nHost: h\r\n${fields(3)}\r\n`, ''],
    ['fields, one over', `GET / HTTP/1.1\r\nHost: h\r\n${fields(4)}\r\n`, '431 too-many-fields 37'],
    ['target, one under', `GET /${'a'.repeat(8)} HTTP/1.1\r\nHost: h\r\n\r\n`, ''],
    ['target, at the bound', `GET /${'a'.repeat(9)} HTTP/1.1\r\nHost: h\r\n\r\n`, ''],
    ['target, one over', `GET /${'a'.repeat(10)} HTTP/1.1\r\nHost: h\r\n\r\n`, '414 target-too-long 14'],
    ['target unfinished at the bound', `GET /${'a'.repeat(9)}`, null],
    ['target unfinished one over', `GET /${'a'.repeat(10)}`, '414 target-too-long 14'],
    ['no space behind the longest target', `GET /${'a'.repeat(9)}\r\n`, '400 bad-target 14'],
  ])('%s', (_name, text, expected) => {
    const bytes = bytesOf(text);
    for (const cuts of [[], [1], [...bytes.keys()].slice(1)]) {
      const parser = new RequestParser(limits);
      const { status } = feedPieces(parser, pieces(bytes, cuts));
      const { error } = parser;
      expect(error === null ? '' : `${error.status} ${error.code} ${error.at}`).toBe(expected ?? '');
      expect(status).toBe(expected === null ? PARTIAL : expected === '' ? HEAD : ERROR);
    }
  });

  it('of the head end the request line with 414', () => {
    const long = { maxHeader: 20, maxHeaders: 3, maxTarget: 100 };
    expect(seenAfter([bytesOf(`GET /${'a'.repeat(50)}`)], long)).toMatchObject({
      error: { status: 414, code: 'target-too-long', at: 20 },
      method: 'GET',
    });
  });

  it('grow the field table beyond its first size', () => {
    const names = Array.from({ length: 99 }, (_, i) => `X-${i}`);
    const bytes = bytesOf(
      `GET / HTTP/1.1\r\n${names.map((name) => `${name}: v\r\n`).join('')}Host: h\r\n\r\n`,
    );
    const parser = new RequestParser(DEFAULT_LIMITS);
    expect(parser.feed(bytes, 0, bytes.length)).toBe(HEAD);
    expect([...parser.head.headers].map(([name]) => name)).toEqual([...names, 'Host']);
    expect(parser.head.host).toBe('h');
    expect(parser.head.headers.get('x-98')).toBe('v');
  });
});

describe('a connection', () => {
  it('reads pipelined heads one after the other, however they arrive', () => {
    const wanted = ['/1', '/2', '/3', '/4'];
    const bytes = bytesOf(wanted.map((path) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`).join('\r\n'));
    for (let size = 1; size <= bytes.length; size++) {
      const parser = new RequestParser(DEFAULT_LIMITS);
      const paths: string[] = [];
      for (let start = 0; start < bytes.length; start += size) {
        const end = Math.min(start + size, bytes.length);
        let from = start;
        while (parser.feed(bytes, from, end) === HEAD) {
          paths.push(parser.head.path);
          from = parser.consumed;
          parser.reset();
        }
        expect(parser.error).toBeNull();
      }
      expect(paths).toEqual(wanted);
    }
  });

  it('says the same again until it is reset, and consumes nothing', () => {
    const parser = new RequestParser(DEFAULT_LIMITS);
    const bytes = bytesOf(`${SIMPLE}POST`);
    expect(parser.feed(bytes, 0, bytes.length)).toBe(HEAD);
    expect(parser.consumed).toBe(SIMPLE.length);
    expect(parser.feed(bytes, SIMPLE.length, bytes.length)).toBe(HEAD);
    expect([parser.consumed, parser.head.method]).toEqual([SIMPLE.length, 'GET']);

    parser.reset();
    expect(parser.feed(bytesOf('\0'), 0, 1)).toBe(ERROR);
    expect(parser.feed(bytes, 0, bytes.length)).toBe(ERROR);
    expect([parser.consumed, parser.error?.code]).toEqual([0, 'bad-method']);
  });

  it('keeps its head when the receive buffer is used for something else', () => {
    const parser = new RequestParser(DEFAULT_LIMITS);
    const bytes = bytesOf(
      'GET /some/long/path/of/a/file HTTP/1.1\r\nHost: www.example.com\r\nX-Long: 0123456789abcdef\r\n\r\n',
    );
    const { status, consumed } = feedPieces(parser, [bytes]);
    expect(seen(parser, status, consumed)).toMatchObject({
      path: '/some/long/path/of/a/file',
      host: 'www.example.com',
    });
    expect(parser.head.headers.get('x-long')).toBe('0123456789abcdef');
  });

  it('is as new after reset, whatever came before', () => {
    // What parsers remember is no state of one, and half a megabyte of it is looked at elsewhere.
    const stateOf = (parser: RequestParser): string =>
      JSON.stringify(parser, (key, value) => (key === 'memo' ? undefined : value));
    const fresh = stateOf(new RequestParser(DEFAULT_LIMITS));
    for (const text of CASES) {
      const parser = new RequestParser(DEFAULT_LIMITS);
      const bytes = bytesOf(text);
      parser.feed(bytes, 0, bytes.length);
      parser.reset();
      expect(stateOf(parser)).toBe(fresh);
    }
  });

  it('holds no buffer while it is idle, nor behind a blank line', () => {
    const parser = new RequestParser(DEFAULT_LIMITS);
    const idle = JSON.stringify(parser).length;
    expect(parser.feed(bytesOf('\r\n'), 0, 2)).toBe(PARTIAL);
    expect(parser.started).toBe(false);
    expect(JSON.stringify(parser).length).toBe(idle);
    expect(parser.feed(bytesOf('G'), 0, 1)).toBe(PARTIAL);
    expect(parser.started).toBe(true);
    parser.reset();
    expect(parser.started).toBe(false);
  });

  it('does work in proportion to the bytes when they come one by one', () => {
    const loads = (size: number): number => {
      const bytes = bytesOf(`GET /${'a'.repeat(size)} HTTP/1.1\r\nHost: h\r\nX: ${'b'.repeat(size)}\r\n\r\n`);
      const parser = new RequestParser({ maxHeader: 1 << 20, maxHeaders: 9, maxTarget: 1 << 20 });
      const started = process.cpuUsage();
      for (let i = 0; i < bytes.length; i++) parser.feed(bytes, i, i + 1);
      const { user, system } = process.cpuUsage(started);
      expect(parser.head.bytes).toBe(bytes.length);
      return user + system;
    };
    loads(20_000);
    // 16 times the bytes cost 256 times as much where each byte looks at all before it.
    expect(loads(160_000)).toBeLessThan(Math.max(loads(10_000), 1_000) * 100);
  });

  it('tells what was asked for when it refuses a request', () => {
    const asked = (text: string): unknown => {
      const parser = new RequestParser(DEFAULT_LIMITS);
      const bytes = bytesOf(text);
      expect(parser.feed(bytes, 0, bytes.length)).toBe(ERROR);
      return [parser.head.method, parser.head.target, parser.head.headers.count];
    };
    expect(asked('G\0')).toEqual(['', '', 0]);
    expect(asked('POST /x"')).toEqual(['POST', '', 0]);
    expect(asked('GET /x HTTP/2.0')).toEqual(['GET', '/x', 0]);
    expect(asked('GET /x HTTP/1.1\r\nA: b\r\n C')).toEqual(['GET', '/x', 0]);
    expect(asked('GET /x HTTP/1.1\r\nA: b\r\n\r\n')).toEqual(['GET', '/x', 1]);
  });

  it('with TLS may ask for https targets', () => {
    const parser = new RequestParser(DEFAULT_LIMITS, true);
    const bytes = bytesOf('GET https://A.example/x HTTP/1.1\r\nHost: b\r\n\r\n');
    expect(parser.feed(bytes, 0, bytes.length)).toBe(HEAD);
    expect([parser.head.host, parser.head.path]).toEqual(['a.example', '/x']);
  });

  it('gives a path that needs no decoding as it was sent', () => {
    const parser = new RequestParser(DEFAULT_LIMITS);
    const bytes = bytesOf('GET /index.html HTTP/1.1\r\nHost: h\r\n\r\n');
    parser.feed(bytes, 0, bytes.length);
    expect(parser.head).toMatchObject({ target: '/index.html', rawPath: '/index.html', path: '/index.html' });
  });
});
