import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { TestSite } from '../testing/site.ts';

/** Debian's Python is the one that has its packages. */
const PYTHON = '/usr/bin/python3';
const hasH2 = spawnSync(PYTHON, ['-c', 'import h2']).status === 0;
const PAGE = 'a page of text';
const SIZE = 300_000;

/** What python3-h2 says of each case: its status, how its stream has ended, and the length of its content. */
const EXPECTED = `
page 200 ended 14
many ['200 ended 14', '404 ended 4']
large 200 ended 300000
head ('200 ended 0', '14')
upload (['201', 'ended'], '200 ended 300000')
padded ['201', 'ended']
trailers (['201', 'ended'], '200 ended 7')
reset 200 ended 14
ping 12345678
settings 200 ended 300000
connection_field ('None reset 1 0', '200 ended 14')
upper_case ('None reset 1 0', '200 ended 14')
even_stream goaway 1
data_on_idle goaway 1
window_of_zero goaway 1
push_promise goaway 1
large_frame goaway 6
bad_block goaway 9
`;

// Skipped where python3-h2 is not installed.
(hasH2 ? describe : describe.skip).each(DRIVERS)('python3-h2, as the client of a server on %s', (use) => {
  const site = new TestSite();

  afterAll(() => site.close());

  it('agrees with each frame of it, and is answered as RFC 9113 asks', async () => {
    site.aged('www/page.html', PAGE);
    site.file('www/large.bin', Buffer.alloc(SIZE, 'l'));
    site.file('404.html', 'none');
    site.file('up/.keep');
    const port = site.start(
      `error_log off;
       server { listen 127.0.0.1:0 h2c; root www; access_log off; error 404 404.html; body_size 1m;
         location / { } location /up { method GET POST; root up; upload_path up; } }`,
      driverOptions(use),
    );
    const script = join(__dirname, '../testing/second-opinion.py');
    const { stdout } = await promisify(execFile)(PYTHON, [script, String(port)]);
    expect(stdout).toBe(EXPECTED.trimStart());
  });
});
