import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describeWithChromium, openChromium } from '../testing/chromium.ts';
import { TestSite } from '../testing/site.ts';
import { buildSites, filesBelow, installBuilders, precompress } from './testing/built-sites.ts';
import { Visitor } from './testing/visitor.ts';

const NAVIGATION = { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };
const PATIENCE = 120_000;
const YEAR = 'max-age=31536000';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

const SERVER = `listen 127.0.0.1:0; access_log off; error_log error.log; precompressed br gzip;
    header X-Frame-Options DENY;`;

const DOCS = `server {
    ${SERVER}
    root docs;
    error 404 docs/404.html;
    location / { default_file index.html; try_files $uri $uri.html $uri/ =404; }
    location /assets { root docs/assets; expires max; }
}`;

const APP = `server {
    ${SERVER}
    root app;
    location / { spa index.html; }
    location /assets { root app/assets; expires max; }
}`;

const { folder: builders, why } = installBuilders();
const reason = why === '' ? '' : ` (skipped: ${why})`;

// Skipped where npm reaches no registry and has nothing kept: the name of the suite then says what npm said.
(why === '' ? describe : describe.skip)(`sites as their builders leave them${reason}`, () => {
  const site = new TestSite();
  const other = new TestSite();
  const built: Record<string, string[]> = {};
  let docs: Visitor;
  let app: Visitor;

  beforeAll(async () => {
    await buildSites(builders, site.folder);
    for (const name of ['docs', 'app']) {
      built[name] = filesBelow(join(site.folder, name));
      precompress(join(site.folder, name));
    }
    docs = new Visitor(site.start(DOCS));
    app = new Visitor(other.start(APP.replaceAll('root app', `root ${join(site.folder, 'app')}`)));
  }, PATIENCE);

  afterAll(async () => {
    await other.close();
    await site.close();
  });

  const read = (path: string): string => readFileSync(join(site.folder, path), 'utf8');

  /** The path of a file of a build whose name has a hash in it. */
  const hashed = (name: string, pattern: RegExp): string =>
    `/${built[name]?.find((path) => pattern.test(path))}`;

  it.each(['docs', 'app'])(
    'has every file of %s with its type, and hashed ones kept for a year',
    async (name) => {
      const visitor = name === 'docs' ? docs : app;
      expect(built[name]).toContain('index.html');
      for (const path of built[name] ?? []) {
        const answer = await visitor.ask(`/${path}`);
        const content = Buffer.from(await answer.arrayBuffer());
        expect([path, answer.status]).toEqual([path, 200]);
        expect([path, answer.headers.get('content-type')?.split(';')[0]]).toEqual([
          path,
          TYPES[extname(path)],
        ]);
        expect(content.equals(readFileSync(join(site.folder, name, path)))).toBe(true);
        const kept = answer.headers.get('cache-control');
        if (path.startsWith('assets/')) expect([path, kept]).toEqual([path, expect.stringContaining(YEAR)]);
        else expect([path, kept]).toEqual([path, null]);
        expect(answer.headers.get('x-frame-options')).toBe('DENY');
      }
    },
  );

  it.each([
    ['/', 'index.html'],
    ['/guide/', 'guide/index.html'],
    ['/guide/start', 'guide/start.html'],
  ])('answers the clean URL %s of VitePress with %s', async (path, file) => {
    const answer = await docs.ask(path);
    expect([answer.status, await answer.text()]).toEqual([200, read(`docs/${file}`)]);
  });

  it.each(['/none', '/guide/none', '/assets/none.js'])(
    'answers %s with the 404 page of VitePress',
    async (path) => {
      const answer = await docs.ask(path);
      expect([answer.status, await answer.text()]).toEqual([404, read('docs/404.html')]);
      expect([answer.headers.get('cache-control'), answer.headers.get('x-frame-options')]).toEqual([
        null,
        'DENY',
      ]);
    },
  );

  it.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['identity', null],
  ])('sends for "Accept-Encoding: %s" the coding %s, and says that it varies', async (accepted, coding) => {
    for (const path of ['/guide/start', hashed('docs', /^assets\/app\..*\.js$/)]) {
      const answer = await docs.ask(path, { headers: { 'Accept-Encoding': accepted } });
      expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, coding]);
      expect(answer.headers.get('vary')).toMatch(/accept-encoding/i);
      const file = path.startsWith('/assets') ? path : `${path}.html`;
      expect(await answer.text()).toBe(read(`docs${file}`));
    }
  });

  it('answers 304 for what a browser has, in the coding that it has', async () => {
    for (const path of ['/guide/start', hashed('docs', /^assets\/style\./)]) {
      const headers = { 'Accept-Encoding': 'br' };
      const since = (await docs.ask(path, { headers })).headers.get('last-modified') ?? '';
      const again = await docs.ask(path, { headers: { ...headers, 'If-Modified-Since': since } });
      expect([path, again.status, await again.text()]).toEqual([path, 304, '']);
      expect(again.headers.get('vary')).toMatch(/accept-encoding/i);
      expect(again.headers.get('x-frame-options')).toBe('DENY');
    }
  });

  it('gives navigations to any route the page of the application, and nothing else', async () => {
    const deep = await app.ask('/ships/aurora', NAVIGATION);
    expect([deep.status, await deep.text()]).toEqual([200, read('app/index.html')]);
    for (const path of ['/ships/none.js', '/assets/all-none.js']) {
      const lost = await app.ask(path, NAVIGATION);
      expect([path, lost.status]).toEqual([path, 404]);
      expect(await lost.text()).not.toContain('/assets/index-');
    }
    const data = await app.ask('/ships/aurora', { headers: { Accept: 'application/json' } });
    expect(data.status).toBe(404);
  });

  describeWithChromium('in a browser', () => {
    const complaints: string[] = [];
    let browser: Browser;

    beforeAll(async () => {
      browser = await openChromium();
    }, PATIENCE);

    afterAll(() => browser?.close());

    it(
      'changes the route without a load, and loads it anew where it is',
      async () => {
        const page = await browser.newPage();
        page.on('console', (message) => complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(error.message));
        await page.goto(`http://127.0.0.1:${app.port}/`);
        await page.getByText('All ships, view 1').waitFor();
        await page.getByRole('link', { name: 'Aurora' }).click();
        await page.getByText('The ship aurora, view 2').waitFor();
        expect(new URL(page.url()).pathname).toBe('/ships/aurora');
        const again = await page.reload();
        await page.getByText('The ship aurora, view 1').waitFor();
        expect([again?.status(), complaints]).toEqual([200, []]);
      },
      PATIENCE,
    );

    it(
      'leads through the pages of VitePress, whose links have no ending',
      async () => {
        const page = await browser.newPage();
        page.on('pageerror', (error) => complaints.push(error.message));
        await page.goto(`http://127.0.0.1:${docs.port}/`);
        await page.getByRole('link', { name: 'The start' }).click();
        await page.getByRole('heading', { name: 'Start' }).waitFor();
        expect(new URL(page.url()).pathname).toBe('/guide/start');
        const again = await page.reload();
        expect([again?.status(), complaints]).toEqual([200, []]);
      },
      PATIENCE,
    );
  });
});
