import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';
import { PHP_FPM, PhpFpm } from './testing/php-fpm.ts';
import { Visitor } from './testing/visitor.ts';

const FILES = {
  'www/index.php': `<?php echo $_SERVER['REQUEST_METHOD'], ' ', $_SERVER['SCRIPT_NAME'], ' ', $_SERVER['PATH_INFO'] ?? '-', ' ', strlen(file_get_contents('php://input'));`,
  'www/count.php': '<?php session_start(); echo $_SESSION["count"] = ($_SESSION["count"] ?? 0) + 1;',
  'www/upload.php': `<?php echo $_FILES['file']['name'], ' ', $_FILES['file']['size'], ' ', md5_file($_FILES['file']['tmp_name']);`,
  'www/says.php': '<?php error_log("a line for the log"); echo "said";',
  'www/large.php': '<?php for ($i = 0; $i < 300; $i++) echo str_repeat("x", 10000);',
  'www/rests.php': '<?php while (ob_get_level() > 0) ob_end_flush(); echo "some"; flush(); sleep(100);',
  'www/late.php': '<?php sleep(100);',
  'www/plain.txt': 'a file',
  'error.php': `<?php echo $_SERVER['REDIRECT_STATUS'], ' ', $_SERVER['REDIRECT_URL'], ' ', $_SERVER['REQUEST_URI'];`,
  'other.php': '<?php http_response_code(410); header("X-Own: 1"); echo "gone";',
};

// Skipped where PHP-FPM is not installed (Debian: php-fpm).
(PHP_FPM === '' ? describe.skip : describe)('PHP-FPM', () => {
  const site = new TestSite();
  const pool = new PhpFpm(site.folder);
  let visitor: Visitor;

  beforeAll(async () => {
    for (const [path, content] of Object.entries(FILES)) site.file(path, content);
    await pool.start();
    const port = site.start(`
server {
    listen 127.0.0.1:0;
    access_log off;
    error_log error.log info buffer=0;
    body_size 8m;
    location / { root www; default_file index.php; fastcgi unix:php.sock .php; method GET POST; }
    location /brief { root www; fastcgi unix:php.sock .php; cgi_timeout 300ms; }
    error 404 script error.php 504 script error.php;
    location /static { root .; error 404 script other.php; }
}`);
    visitor = new Visitor(port);
  });

  afterAll(async () => {
    await site.close();
    await pool.stop();
  });

  const text = async (path: string, init?: RequestInit): Promise<string> =>
    (await visitor.ask(path, init)).text();

  it('answers for its files, and the server for all others', async () => {
    expect(await text('/')).toBe('GET /index.php - 0');
    expect(await text('/index.php/a/b')).toBe('GET /index.php /a/b 0');
    expect(await text('/', { method: 'POST', body: 'x'.repeat(200_000) })).toBe('POST /index.php - 200000');
    expect(await text('/plain.txt')).toBe('a file');
    expect((await visitor.ask('/missing.php')).status).toBe(404);
  });

  it('keeps a session', async () => {
    for (const count of ['1', '2', '3']) expect(await text('/count.php')).toBe(count);
  });

  it('takes an upload', async () => {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(1 << 20)]), 'zeros.bin');
    expect(await text('/upload.php', { method: 'POST', body: form })).toBe(
      'zeros.bin 1048576 b6d81b360a5672d80c27430f39153e2c',
    );
  });

  it('sends a large page', async () => {
    expect((await text('/large.php')).length).toBe(3_000_000);
  });

  it('has what it reports in the log', async () => {
    expect(await text('/says.php')).toBe('said');
    const log = (): string => readFileSync(join(site.folder, 'error.log'), 'utf8');
    await until(() => log().includes('a line for the log'));
  });

  it('answers errors, of its own location and of others', async () => {
    const missing = await visitor.ask('/missing.php/x?y=1');
    expect([missing.status, await missing.text()]).toEqual([404, '404 /missing.php/x /missing.php/x?y=1']);
    const other = await visitor.ask('/static/none');
    expect([other.status, other.headers.get('x-own'), await other.text()]).toEqual([410, '1', 'gone']);
    const late = await visitor.ask('/brief/late.php');
    expect([late.status, await late.text()]).toEqual([504, '504 /brief/late.php /brief/late.php']);
    const source = await visitor.ask('/static/error.php');
    expect([source.status, await source.text()]).toEqual([403, expect.not.stringContaining('<?php')]);
  });

  it('is cut where it rests for too long', async () => {
    await expect(text('/brief/rests.php')).rejects.toThrow();
    await until(() => site.running?.holdings().scripts === 0);
  });

  it('loses no request when it begins anew, gently or not', async () => {
    const ask = async (): Promise<void> => {
      for (let count = 0; count < 100; count++) expect(await text('/index.php')).toBe('GET /index.php - 0');
    };
    const asking = [ask(), ask(), ask(), ask()];
    pool.reload();
    await text('/');
    pool.reload();
    await text('/');
    await pool.stop();
    await pool.start();
    await Promise.all(asking);
  });
});
