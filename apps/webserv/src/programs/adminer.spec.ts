import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TestSite } from '../testing/site.ts';
import { PHP_FPM, PhpFpm } from './testing/php-fpm.ts';
import { Visitor } from './testing/visitor.ts';

const ADMINER = '/usr/share/adminer/adminer.php';
const PATIENCE = 120_000;

/** A file of SQLite has no password, and Adminer lets nobody in without one unless it is told to. */
const INDEX = `<?php
function adminer_object() {
  class Open extends Adminer { function login($login, $password) { return true; } }
  return new Open;
}
include '${ADMINER}';
`;

// Skipped where Adminer or PHP-FPM is not installed (Debian: adminer, php-fpm, php-sqlite3).
(existsSync(ADMINER) && PHP_FPM !== '' ? describe : describe.skip)('Adminer, by PHP-FPM', () => {
  const site = new TestSite();
  const pool = new PhpFpm(site.folder);
  const database = join(site.folder, 'data/notes.sqlite');
  let visitor: Visitor;

  beforeAll(async () => {
    site.file('data/notes.sqlite');
    site.file('www/index.php', INDEX);
    site.file('www/missing.php', '<?php echo "no ", $_SERVER["REDIRECT_URL"];');
    await pool.start();
    const port = site.start(`
server {
    listen 127.0.0.1:0;
    access_log off;
    error_log error.log;
    root www;
    security_headers on;
    location / { default_file index.php; fastcgi unix:php.sock .php; method GET POST; compress_scripts gzip; }
    error 404 script www/missing.php;
}`);
    visitor = new Visitor(port);
  });

  afterAll(async () => {
    await site.close();
    await pool.stop();
  });

  const at = (page: string): string => `/?sqlite=&username=&db=${encodeURIComponent(database)}${page}`;

  const read = async (page: string): Promise<string> => (await visitor.ask(at(page))).text();

  /** Sends a form of a page, with the token that the page has. */
  async function send(page: string, fields: Readonly<Record<string, string>>): Promise<string> {
    const [, token = ''] = /name=["']token["'] value=["']([^"']*)/.exec(await read(page)) ?? [];
    return (await visitor.send(at(page), { ...fields, token })).text();
  }

  it(
    'lets in, has a table made, a row put into it, and shows it',
    async () => {
      const entered = await visitor.send('/', {
        'auth[driver]': 'sqlite',
        'auth[server]': '',
        'auth[username]': '',
        'auth[password]': '',
        'auth[db]': database,
      });
      expect([entered.status, await entered.text()]).toEqual([200, expect.stringContaining('notes.sqlite')]);
      await send('&sql=', { query: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)' });
      expect(await read('')).toContain('select=notes');
      await send('&edit=notes', { 'fields[id]': '7', 'fields[text]': 'kept by a <test>' });
      const shown = await visitor.ask(at('&select=notes'));
      expect(shown.headers.get('content-encoding')).toBe('gzip');
      expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
      expect(await shown.text()).toContain('kept by a &lt;test&gt;');
    },
    PATIENCE,
  );

  it('sends its own files through itself, and what is not there to a script', async () => {
    const style = await visitor.ask('/?file=default.css&version=4.8.1');
    expect([style.status, style.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/css'),
    ]);
    const missing = await visitor.ask('/none');
    expect([missing.status, await missing.text()]).toEqual([404, 'no /none']);
  });
});
