import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { Http2Peer } from '../testing/http2-peer.ts';
import { fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const LOCATIONS = `
  access_log off;
  root www;
  location / { default_file index.php index.html; }
  location = / { root front; }
  location = /favicon.ico { root icons; }
  location *.php { cgi .php /bin/sh; method GET POST; }
  location /img/*.png { root pictures; header X-Kind picture; }
  location /img { header X-Kind other; }
  location /api/*/state { root api; }
`;

describe.each(DRIVERS)('exact locations and patterns on %s', (use) => {
  const site = new TestSite();
  const other = new TestSite();

  beforeAll(() => {
    fill(site, 'listen 127.0.0.1:0;');
    fill(other, 'listen 127.0.0.1:0 h2c;');
  });

  function fill(site: TestSite, listen: string): void {
    site.aged('front/index.html', 'front');
    site.aged('icons/favicon.ico', 'icon');
    site.aged('www/favicon.ico', 'not this one');
    site.aged('www/a.txt', 'a');
    site.aged('www/index.html', 'not this one');
    site.aged('www/notes.html', 'notes');
    site.aged('www/sub/index.php', 'printf \'Content-Type: text/plain\\n\\nran %s\' "$SCRIPT_NAME"');
    site.aged('pictures/a.png', 'png');
    site.aged('www/a.gif', 'gif');
    site.aged('api/7/state', 'state');
    site.start(`server { ${listen} ${LOCATIONS} }`, driverOptions(use));
  }

  afterAll(async () => {
    await site.close();
    await other.close();
  });

  const CASES = [
    ['/', 200, 'front', null],
    ['/favicon.ico', 200, 'icon', null],
    ['/a.txt', 200, 'a', null],
    ['/notes.html', 200, 'notes', null],
    ['/sub/index.php', 200, 'ran /sub/index.php', null],
    // The location of the folder does not run its script, and never sends its source.
    ['/sub/', 403, '', null],
    ['/sub/index.php/x', 404, '', null],
    ['/img/a.png', 200, 'png', 'picture'],
    ['/img/a.gif', 200, 'gif', 'other'],
    ['/img/x/a.png', 404, '', 'other'],
    ['/api/7/state', 200, 'state', null],
    ['/api/8/state', 404, '', null],
  ] as const;

  it.each(CASES)('%s', async (path, status, body, kind) => {
    for (let turn = 0; turn < 2; turn++) {
      const answer = await fetchOnce(site.port(0), get(path));
      expect(answer.status).toBe(status);
      if (status === 200) expect(answer.body.toString()).toBe(body);
      expect(answer.body.toString()).not.toContain('printf');
      expect(answer.headers.get('x-kind') ?? null).toBe(kind);
    }
  });

  it('holds over HTTP/2', async () => {
    const peer = await Http2Peer.open(other.port(0));
    for (const [path, status, body] of CASES) {
      const answer = await peer.get(path);
      expect([path, answer.status]).toEqual([path, status]);
      if (status === 200) expect(answer.body.toString()).toBe(body);
    }
    peer.close();
  });
});
