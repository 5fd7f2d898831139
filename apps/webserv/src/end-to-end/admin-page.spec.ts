import type { Browser, Page } from 'playwright-core';
import { describeWithChromium, openChromium } from '../testing/chromium.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const PHONE = { width: 360, height: 740 };

describeWithChromium('the status page in a browser', () => {
  const complaints: string[] = [];
  let site: TestSite;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await openChromium();
  });

  beforeEach(async () => {
    site = new TestSite();
    site.aged('files/page.html', 'a page');
    site.file('files/slow.sh', '#!/bin/sh\nread line\necho "Content-Type: text/plain"\necho\necho done\n');
    site.start(`admin 127.0.0.1:0; error_log off;
      server { listen 127.0.0.1:0; server_name a.example; access_log off; root files;
        location / { } location /run { root files; method POST; cgi .sh /bin/sh; } }`);
    page = await browser.newPage({ viewport: PHONE });
    complaints.length = 0;
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });

  afterEach(async () => {
    await page.close();
    await site.close();
  });

  afterAll(() => browser.close());

  async function open(): Promise<void> {
    await page.goto(`http://${site.running?.admin}/`);
    await page.getByText('serving', { exact: true }).waitFor();
  }

  async function ask(request: string): Promise<void> {
    const peer = await Peer.open(site.port(0));
    await peer.send(request).answer();
    peer.close();
  }

  it('follows what the server does, and has nothing to complain of', async () => {
    await ask(get('/page.html'));
    await open();
    const row = page.getByRole('row', { name: /^a\.example 1 1 / }).first();
    await row.waitFor();
    await ask(get('/page.html'));
    await page
      .getByRole('row', { name: /^a\.example 2 2 / })
      .first()
      .waitFor();
    site.running?.drain();
    await page.getByText('draining', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('fits a phone: tables scroll by themselves', async () => {
    await ask(get('/page.html'));
    await open();
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(PHONE.width);
  });

  it('says when the server does not answer any more', async () => {
    await open();
    await site.running?.close();
    await page.getByRole('alert').getByText('does not answer').waitFor();
  });

  it('shows what a client has written as text', async () => {
    const peer = await Peer.open(site.port(0));
    peer.send(
      'POST /run/slow.sh?%3Cimg+src=x+onerror=alert(1)%3E HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n',
    );
    // A slow request is one of 100 ms.
    await new Promise((resolve) => setTimeout(resolve, 150));
    await peer.send('x\n').answer();
    peer.close();
    await open();
    await page.getByText('%3Cimg+src=x+onerror=alert(1)%3E').waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
