import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

let site: TestSite;
let peer: Peer | null = null;

beforeEach(() => {
  site = new TestSite();
});

afterEach(async () => {
  peer?.close();
  peer = null;
  await site.close();
});

it('the last answer of a connection is not lost with the requests that came behind it', async () => {
  site.file('page.html', 'a page');
  const port = site.start(`
    server { listen 127.0.0.1:0; access_log off; error_log off; keepalive_requests 2; root .; location / { } }
  `);
  peer = await Peer.open(port);
  peer.send(get('/page.html').repeat(2000));
  await peer.answer();
  const last = await peer.answer();
  expect([last.headers.get('connection'), last.body.toString()]).toEqual(['close', 'a page']);
  await peer.finish().closed;
});
