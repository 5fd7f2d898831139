import { RequestCounts } from './request-counts.ts';

describe('RequestCounts', () => {
  it.each([
    ['GET', 11, 200, 'GET', '2xx', 'HTTP/1.1'],
    ['HEAD', 10, 304, 'HEAD', '3xx', 'HTTP/1.0'],
    ['DELETE', 20, 404, 'DELETE', '4xx', 'HTTP/2'],
    ['OPTIONS', 20, 599, 'OPTIONS', '5xx', 'HTTP/2'],
    ['BREW', 11, 501, 'other', '5xx', 'HTTP/1.1'],
    ['get', 11, 501, 'other', '5xx', 'HTTP/1.1'],
    ['', 11, 400, 'other', '4xx', 'HTTP/1.1'],
    ['GET', 11, 0, 'GET', 'none', 'HTTP/1.1'],
    ['PUT', 11, 999, 'PUT', 'none', 'HTTP/1.1'],
  ])('%s, version %d, status %d', (method, version, status, ...expected) => {
    const counts = new RequestCounts('a');
    counts.ended(method, version, status, 7, 1);
    const [series, ...others] = [...counts.series()];
    expect([series?.method, series?.status, series?.protocol, series?.count]).toEqual([...expected, 1]);
    expect(others).toEqual([]);
    expect(counts).toMatchObject({ total: 1, sentBytes: 7 });
    expect(counts.ofClass(expected[1] ?? '')).toBe(1);
  });

  it('makes no more series than there are words, whatever clients send', () => {
    const counts = new RequestCounts('a');
    for (let i = 0; i < 10_000; i++) counts.ended(`M${i}`, i % 3 === 0 ? 20 : 11, i % 1200, 0, i);
    expect([...counts.series()].length).toBeLessThanOrEqual(12);
    expect(counts.total).toBe(10_000);
  });
});
