import { fetchOnce, get } from './testing/peer.ts';
import { TestSite } from './testing/site.ts';

let site: TestSite;

beforeEach(() => {
  site = new TestSite();
});

afterEach(() => site.close());

it.each([
  ['GET /page.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 6],
  ['GET /page.html HTTP/1.0\r\n\r\n', 6],
])('a page that was cached for others is whole for %j', async (request, length) => {
  site.file('page.html', 'a page');
  const port = site.start(
    'server { listen 127.0.0.1:0; access_log off; error_log off; root .; location / { } }',
  );
  for (let count = 0; count < 3; count++) {
    const answer = await fetchOnce(port, count === 0 ? get('/page.html') : request);
    expect([answer.headers.get('content-length'), answer.body.toString()]).toEqual([
      String(length),
      'a page',
    ]);
  }
});
