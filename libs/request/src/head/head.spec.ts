import { RequestParser } from '../parser.ts';

describe('RequestHead', () => {
  it('aimed at another path is the same request but for path and query', () => {
    const parser = new RequestParser({ maxHeader: 4096, maxHeaders: 10, maxTarget: 100 });
    const text = 'POST /a%20b?c=d HTTP/1.0\r\nHost: example.org:81\r\nContent-Length: 3\r\nX-One: 1\r\n\r\n';
    parser.feed(Buffer.from(text), 0, text.length);
    const { head } = parser;
    const other = head.aimedAt('/x', 'y', true);
    const { path, query, hasQuery, ...rest } = { ...other };
    expect([path, query, hasQuery]).toEqual(['/x', 'y', true]);
    expect({ ...head }).toEqual({ ...rest, path: '/a b', query: 'c=d', hasQuery: true });
    expect(other.headers).toBe(head.headers);
    expect(other.hasBody).toBe(true);
  });
});
