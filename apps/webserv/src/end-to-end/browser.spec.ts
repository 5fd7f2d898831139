import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { CHROMIUM, describeWithChromium, openChromium } from '../testing/chromium.ts';
import { TestSite } from '../testing/site.ts';

describeWithChromium.each(['http', 'h2'] as const)(
  `the demo site in a browser (${CHROMIUM}, or WEBSERV_CHROMIUM), over %s`,
  browse,
);

function browse(protocol: 'http' | 'h2'): void {
  const site = new TestSite();
  const complaints: string[] = [];
  let browser: Browser;
  let page: Page;
  let home = '';

  beforeAll(async () => {
    home = `${protocol === 'h2' ? 'https' : 'http'}://127.0.0.1:${site.startDemo({ protocol })}`;
    browser = await openChromium();
  }, 60_000);

  beforeEach(async () => {
    complaints.length = 0;
    page = await browser.newPage({ viewport: { width: 375, height: 812 }, ignoreHTTPSErrors: true });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });

  afterEach(() => page.close());

  afterAll(async () => {
    await browser?.close();
    await site.close();
  });

  it('shows every page without a complaint, and none wider than a phone', async () => {
    const pages = [
      '/',
      '/introduce',
      '/static',
      '/post',
      '/delete',
      '/auto_index/',
      '/uploads/',
      '/cgi_1',
      '/cgi_2',
      '/session',
    ];
    for (const path of pages) {
      const answer = await page.goto(home + path);
      expect([path, answer?.status()]).toEqual([path, 200]);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect([path, Number(overflow) <= 0]).toEqual([path, true]);
      const spoken = await page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol");
      expect([path, spoken]).toEqual([path, protocol === 'h2' ? 'h2' : 'http/1.1']);
    }
    expect(complaints).toEqual([]);
  });

  it.each(['/', '/static', '/post', '/delete', '/redirection.html'])(
    'shows the commands of %s whole on a phone, with the address of this server',
    async (path) => {
      await page.goto(home + path, { waitUntil: 'load' });
      const commands = page.locator('pre');
      const wide =
        "[...document.querySelectorAll('pre')].filter((e) => e.scrollWidth > e.clientWidth).length";
      expect(await page.evaluate(wide)).toBe(0);
      await page.waitForFunction("!document.querySelector('pre').textContent.includes('localhost')");
      expect(await commands.first().textContent()).toContain(new URL(home).host);
    },
  );

  it('gives each way of an upload its own line on a phone, and the button for files its words', async () => {
    await page.goto(`${home}/post`);
    const boxes = await Promise.all(
      (await page.locator('fieldset label').all()).map((label) => label.boundingBox()),
    );
    expect(boxes).toHaveLength(2);
    expect(boxes[1]!.y).toBeGreaterThanOrEqual(boxes[0]!.y + boxes[0]!.height);
    // "Choose Files" and "No file chosen" beside each other.
    expect((await page.locator('#files').boundingBox())!.width).toBeGreaterThan(250);
  });

  it('uploads a form with progress, refuses a taken name, lists, gives back and deletes', async () => {
    const first = join(site.folder, 'größe & "quote" 1%.txt');
    const second = join(site.folder, 'large.bin');
    writeFileSync(first, 'a small one');
    writeFileSync(second, Buffer.alloc(3 << 20, 'large '));

    await page.goto(`${home}/post`);
    await page.setInputFiles('#files', [first, second]);
    await page.click('#send');
    await page.waitForSelector('#state.good');
    expect(await page.textContent('#state')).toBe('Stored 2 files.');
    expect(await page.getAttribute('#bar', 'value')).toBe('1');
    expect(await page.locator('#rows tr').count()).toBe(2);
    const link = page.locator('#rows a').first();
    expect(await link.textContent()).toBe('größe & "quote" 1%.txt');
    const given = await page.request.get(home + (await link.getAttribute('href')));
    expect(await given.text()).toBe('a small one');
    expect(complaints).toEqual([]);

    await page.setInputFiles('#files', [first]);
    await page.click('#send');
    await page.waitForSelector('#state.bad');
    expect(await page.textContent('#state')).toContain('A file of that name is there already');

    await page.goto(`${home}/uploads/`);
    const names = page.locator('tbody td:first-child a, tbody th:first-child a');
    expect(await names.allTextContents()).toEqual(
      expect.arrayContaining(['größe & "quote" 1%.txt', 'large.bin']),
    );

    await page.goto(`${home}/delete`);
    await page.click('button[aria-label="Delete large.bin"]');
    await page.waitForSelector('#state.good');
    expect(await page.textContent('#state')).toContain('large.bin is deleted. One file.');
    expect((await page.request.get(`${home}/download/large.bin`)).status()).toBe(404);
  });

  it('sends raw bodies too, and tells of one that is too large', async () => {
    const large = join(site.folder, 'too large.bin');
    writeFileSync(large, Buffer.alloc(11 << 20, 'x'));
    const fits = join(site.folder, 'fits.bin');
    writeFileSync(fits, Buffer.alloc(1 << 20, 'y'));
    await page.goto(`${home}/post`);
    await page.check('input[value=raw]');
    await page.setInputFiles('#files', [fits]);
    await page.click('#send');
    await page.waitForSelector('#state.good');
    expect((await (await page.request.get(`${home}/download/fits.bin`)).body()).length).toBe(1 << 20);
    await page.check('input[value=raw]');
    await page.setInputFiles('#files', [large]);
    await page.click('#send');
    await page.waitForSelector('#state.bad');
    // A browser that meets the refusal in the middle of its body may show a status or none.
    expect(await page.textContent('#state')).toMatch(
      /more than this address accepts|Was it more than 10 MiB/,
    );
  });

  it('sorts a listing by its columns and walks up its breadcrumb, without a script', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false, ignoreHTTPSErrors: true });
    const list = await plain.newPage();
    await list.goto(`${home}/auto_index/`);
    const names = async (): Promise<string[]> =>
      (await list.locator('tbody tr a').allTextContents()).filter(
        (name) => !name.endsWith('/') && name !== '..',
      );
    const ascending = await names();
    await list.locator('thead a').first().click();
    expect(await names()).toEqual([...ascending].reverse());
    await list.locator('tbody tr a', { hasText: /^images/ }).click();
    expect(new URL(list.url()).pathname).toBe('/auto_index/images/');
    await list.locator('h1 a').last().click();
    expect(new URL(list.url()).pathname).toBe('/auto_index/');
    await plain.close();
  });

  it('filters a listing as one types, and opens it by keys', async () => {
    await page.goto(`${home}/auto_index/`);
    const shown = async (): Promise<string[]> =>
      (await page.locator('tbody tr:visible a').allTextContents()).filter((name) => name !== '..');
    const all = await shown();
    await page.keyboard.press('/');
    await page.keyboard.type('IMAG');
    expect(await shown()).toEqual(all.filter((name) => /imag/i.test(name)));
    expect(await page.textContent('output')).toBe('1 name');
    await page.keyboard.press('Escape');
    expect(await shown()).toEqual(all);
    const focused = (): Promise<unknown> => page.evaluate('document.activeElement.textContent');
    for (const each of ['..', all[0], all[1]]) {
      await page.keyboard.press('ArrowDown');
      expect(await focused()).toBe(each);
    }
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe(all[0]);
    await page.keyboard.press('/');
    await page.keyboard.type('images');
    await Promise.all([page.waitForURL(`${home}/auto_index/images/`), page.keyboard.press('Enter')]);
    await page.goto(`${home}/auto_index/?q=images`);
    expect(await shown()).toEqual(all.filter((name) => /images/.test(name)));
    await Promise.all([page.waitForURL(/q=$/), page.fill('input[type=search]', '')]);
    expect(await shown()).toEqual(all);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      const ground = String(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      expect(ground).toBe(colorScheme === 'dark' ? 'rgb(18, 22, 28)' : 'rgb(246, 247, 249)');
    }
    expect(complaints).toEqual([]);
  });

  it('shows a README under its list, in a style of the site, on a phone', async () => {
    const themed = new TestSite();
    const wide = `| ${'column | '.repeat(40)}\n| ${'- | '.repeat(40)}\n\n    ${'code '.repeat(100)}\n\n`;
    themed.file(
      'www/README.md',
      `# Title\n\n[next](a%20b/)\n\n![dot](dot.svg)\n\n![far](http://a.invalid/)\n\n${wide}`,
    );
    themed.file('www/a b/name');
    themed.file('www/dot.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="9"/>');
    themed.file(
      'theme.css',
      'body{background:#010203}\r\n@media(prefers-color-scheme:dark){body{background:#040506}}',
    );
    const rules = 'auto_index on; auto_index_theme theme.css;';
    const port = themed.start(
      `error_log error.log; server { listen 127.0.0.1:0; access_log off; root www; ${rules} location / { } }`,
      { protocol },
    );
    try {
      await page.goto(`${home.split(':').slice(0, 2).join(':')}:${port}/`, { waitUntil: 'load' });
      const article = page.locator('article');
      expect(await article.locator('h1').textContent()).toBe('Title');
      expect(await article.locator('a', { hasText: 'far' }).getAttribute('href')).toBe('http://a.invalid/');
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      await article.locator('img').scrollIntoViewIfNeeded();
      await page.waitForFunction("document.querySelector('article img').naturalWidth === 2000");
      expect((await article.locator('img').boundingBox())!.width).toBeLessThanOrEqual(375);
      for (const [colorScheme, ground] of [
        ['dark', 'rgb(4, 5, 6)'],
        ['light', 'rgb(1, 2, 3)'],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(ground);
      }
      await page.fill('input[type=search]', 'dot');
      expect(await page.textContent('output')).toBe('1 name');
      await Promise.all([page.waitForURL(/a%20b\/$/), article.locator('a', { hasText: 'next' }).click()]);
      expect(complaints).toEqual([]);
    } finally {
      await themed.close();
    }
  });

  it('signs in, counts visits and signs out', async () => {
    await page.goto(`${home}/session/session.py`);
    await page.fill('#name', 'Ada <b>');
    await page.click('button[type=submit]');
    expect(await page.textContent('#who')).toBe('Ada <b>');
    expect(await page.textContent('#visits')).toBe('1');
    await page.reload();
    expect(await page.textContent('#visits')).toBe('2');
    await page.click('button.quiet');
    expect(await page.textContent('h1')).toBe('Who are you?');
    expect(complaints).toEqual([]);
  });

  it('shows what a script writes as it is written', async () => {
    await page.goto(`${home}/cgi_2/cgi.py?expression=6*7`);
    expect(await page.textContent('body')).toContain('42');
    expect(complaints).toEqual([]);
  });
}
