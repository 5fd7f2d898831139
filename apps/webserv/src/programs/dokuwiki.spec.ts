import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestSite } from '../testing/site.ts';
import { PHP_FPM, PhpFpm } from './testing/php-fpm.ts';
import { Visitor } from './testing/visitor.ts';

const DOKUWIKI = '/usr/share/dokuwiki';
const PHP = '/usr/bin/php-cgi';
const PASSWORD = 'a good one';
/** php-cgi compiles two megabytes of source for each page, and takes its time where much else runs. */
const PATIENCE = 120_000;

/** The names of files with which DokuWiki keeps what belongs to a site. */
const DATA = [
  'pages',
  'attic',
  'media',
  'media_attic',
  'media_meta',
  'meta',
  'cache',
  'index',
  'locks',
  'tmp',
  'log',
];

/** Debian's package, with a data folder and an account of its own. */
function install(site: TestSite, more = ''): void {
  const wiki = join(site.folder, 'wiki');
  const conf = join(site.folder, 'wiki-conf');
  const data = join(site.folder, 'wiki-data');
  // Debian keeps plugins and templates behind links that lead out of the folder.
  cpSync(DOKUWIKI, wiki, {
    recursive: true,
    dereference: true,
    filter: (path) => !path.includes('.htaccess'),
  });
  cpSync('/etc/dokuwiki', conf, { recursive: true, dereference: true });
  for (const name of DATA) mkdirSync(join(data, name), { recursive: true });
  const constants = `define('DOKU_CONF', '${conf}/'); define('DOKU_MAIN_CONF', '${conf}/');`;
  writeFileSync(join(wiki, 'inc/preload.php'), `<?php if (!defined('DOKU_CONF')) { ${constants} }\n`);
  const settings = `$conf['savedir'] = '${data}'; $conf['useacl'] = 1; $conf['superuser'] = 'writer'; $conf['updatecheck'] = 0; ${more}`;
  writeFileSync(join(conf, 'local.php'), `<?php ${settings}\n`);
  const hash = createHash('md5').update(PASSWORD).digest('hex');
  writeFileSync(join(conf, 'users.auth.php'), `writer:${hash}:A Writer:writer@example.org:admin,user\n`);
  writeFileSync(join(conf, 'acl.auth.php'), '* @ALL 1\n* @user 8\n');
}

/** The value of a hidden field of a form. */
function hidden(page: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';
}

const WAYS: readonly (readonly [name: string, rule: string, there: boolean])[] = [
  ['php-cgi', `cgi .php ${PHP};`, existsSync(PHP)],
  ['PHP-FPM', 'fastcgi unix:php.sock .php;', PHP_FPM !== ''],
];

describe.each(WAYS)('with %s', (name, rule, there) => {
  // Skipped where DokuWiki or its PHP is not installed (Debian: dokuwiki, php-cgi, php-fpm, php-xml, php-mbstring).
  (existsSync(DOKUWIKI) && there ? describe : describe.skip)('DokuWiki', () => {
    const site = new TestSite();
    const pool = name === 'PHP-FPM' ? new PhpFpm(site.folder) : null;
    let visitor: Visitor;

    beforeAll(async () => {
      install(site);
      await pool?.start();
      const port = site.start(`
server {
    listen 127.0.0.1:0;
    access_log off;
    error_log error.log;
    body_size 8m;
    location / { root wiki; default_file index.php; ${rule} method GET POST; }
}`);
      visitor = new Visitor(port);
    });

    afterAll(async () => {
      await site.close();
      await pool?.stop();
    });

    it(
      'answers the folder with its default file, which is run and never sent',
      async () => {
        for (const method of ['GET', 'HEAD', 'POST']) {
          const answer = await visitor.ask('/', { method });
          expect([method, answer.status, answer.headers.get('location')]).toEqual([
            method,
            302,
            expect.stringMatching(/doku\.php/),
          ]);
          expect(await answer.text()).not.toContain('<?php');
        }
      },
      PATIENCE,
    );

    it(
      'lets its user sign in, write a page and read it',
      async () => {
        const door = await (await visitor.ask('/doku.php?id=start&do=login')).text();
        const entered = await visitor.send('/doku.php?id=start', {
          sectok: hidden(door, 'sectok'),
          id: 'start',
          do: 'login',
          u: 'writer',
          p: PASSWORD,
        });
        expect(await entered.text()).toContain('A Writer');
        const desk = await (await visitor.ask('/doku.php?id=notes:first&do=edit')).text();
        const saved = await visitor.send('/doku.php?id=notes:first', {
          sectok: hidden(desk, 'sectok'),
          id: 'notes:first',
          rev: '0',
          date: hidden(desk, 'date'),
          prefix: '.',
          suffix: '',
          changecheck: hidden(desk, 'changecheck'),
          target: 'section',
          wikitext: '====== The first note ======\nwritten **here** by a test',
          'do[save]': '1',
          summary: '',
        });
        expect(await saved.text()).toContain('written <strong>here</strong> by a test');
        const stranger = await new Visitor(visitor.port).ask('/doku.php?id=notes:first');
        expect(await stranger.text()).toContain('The first note');
      },
      PATIENCE,
    );

    it(
      'sends the source of none of its files',
      async () => {
        for (const path of [
          '/inc/init.php',
          '/inc/preload.php',
          '/lib/exe/css.php',
          '/lib/',
          '/feed.php',
          '/index.php/',
        ]) {
          const answer = await visitor.ask(path);
          expect(await answer.text()).not.toMatch(/<\?php|DOKU_CONF/);
        }
      },
      PATIENCE,
    );

    it(
      'has its pictures sent as files',
      async () => {
        const answer = await visitor.ask('/lib/images/larger.gif');
        expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/gif']);
      },
      PATIENCE,
    );
  });
});

// Skipped where DokuWiki or PHP-FPM is not installed (Debian: dokuwiki, php-fpm, php-xml, php-mbstring).
(existsSync(DOKUWIKI) && PHP_FPM !== '' ? describe : describe.skip)(
  'DokuWiki, whose URLs name pages alone',
  () => {
    const site = new TestSite();
    const pool = new PhpFpm(site.folder);
    let visitor: Visitor;

    beforeAll(async () => {
      install(site, "$conf['userewrite'] = 1;");
      await pool.start();
      const port = site.start(`
server {
    listen 127.0.0.1:0;
    access_log off;
    error_log error.log;
    body_size 8m;
    root wiki;
    rewrite /_media/* /lib/exe/fetch.php?media=$1&$args;
    rewrite /_export/*/* /doku.php?do=export_$1&id=$2&$args;
    location / {
        default_file doku.php;
        fastcgi unix:php.sock .php;
        method GET POST;
        try_files $uri $uri/ /doku.php?id=$uri&$args;
    }
    location /inc { deny all; }
}`);
      visitor = new Visitor(port);
    });

    afterAll(async () => {
      await site.close();
      await pool.stop();
    });

    async function save(page: string, text: string): Promise<string> {
      const desk = await (await visitor.ask(`/${page}?do=edit`)).text();
      const saved = await visitor.send(`/${page}`, {
        ...Object.fromEntries(['sectok', 'date', 'changecheck'].map((name) => [name, hidden(desk, name)])),
        id: page,
        rev: '0',
        prefix: '.',
        suffix: '',
        target: 'section',
        wikitext: text,
        'do[save]': '1',
        summary: '',
      });
      return saved.text();
    }

    it(
      'has a page made, changed, illustrated and exported',
      async () => {
        const door = await (await visitor.ask('/start?do=login')).text();
        const sectok = hidden(door, 'sectok');
        await visitor.send('/start', { sectok, id: 'start', do: 'login', u: 'writer', p: PASSWORD });
        expect(await save('notes:first', 'written **here**')).toContain('written <strong>here</strong>');
        expect(await save('notes:first', 'changed {{:dot.gif}} [[notes:second]]')).toContain(
          'href="/notes:second"',
        );
        const picture = readFileSync(join(site.folder, 'wiki/lib/images/larger.gif'));
        const desk = await (await visitor.ask('/notes:first?do=edit')).text();
        const stored = await visitor.ask(
          `/lib/exe/ajax.php?call=mediaupload&ns=&mediaid=dot.gif&qqfile=dot.gif&sectok=${hidden(desk, 'sectok')}`,
          {
            method: 'POST',
            body: new Uint8Array(picture),
            headers: { 'Content-Type': 'application/octet-stream' },
          },
        );
        expect(await stored.text()).toContain('dot.gif');
        const stranger = new Visitor(visitor.port);
        expect(await (await stranger.ask('/notes:first')).text()).toContain('src="/_media/dot.gif"');
        const shown = await stranger.ask('/_media/dot.gif');
        expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/gif']);
        expect(Buffer.from(await shown.arrayBuffer()).equals(picture)).toBe(true);
        expect(await (await stranger.ask('/_export/raw/notes:first')).text()).toContain(
          'changed {{:dot.gif}}',
        );
        expect((await stranger.ask('/inc/init.php')).status).toBe(403);
      },
      PATIENCE,
    );
  },
);
