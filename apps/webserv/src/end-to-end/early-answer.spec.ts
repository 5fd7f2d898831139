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

function post(target: string, length: number, body: string): string {
  return `POST ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

it('an upload behind a body that nobody wanted is stored whole', async () => {
  site.file('files/keep', '');
  const port = site.start(`
    server {
      listen 127.0.0.1:0; access_log off; error_log off; root files; upload_path files;
      location / { method GET; }
      location /upload { method POST; }
    }
  `);
  peer = await Peer.open(port);
  peer.send(post('/', 3, 'abc') + post('/upload/late.txt', 10, '01234'));
  expect((await peer.answer()).status).toBe(405);
  peer.send('56789');
  expect((await peer.answer()).status).toBe(201);
  expect((await peer.send(get('/late.txt')).answer()).body.toString()).toBe('0123456789');
});
