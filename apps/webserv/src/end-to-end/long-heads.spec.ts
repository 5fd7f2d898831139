import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

describe.each(['combined', 'json'])('long heads in an access log in %s', (format) => {
  it('each answer has its line, and no line is long', async () => {
    const site = new TestSite();
    site.file('static/index.html', 'home');
    const port = site.start(
      `error_log error.log; server { listen 127.0.0.1:0; root static; access_log access.log ${format}; location / { } }`,
    );
    const fields = ['User-Agent', 'Referer'].map((name) => `${name}: ${'\xff'.repeat(7000)}\r\n`).join('');
    const request = `GET /?${'%ff'.repeat(500)} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
    const rounds = 1000;
    const peer = await Peer.open(port);
    for (let round = 0; round < rounds; round++) {
      expect((await peer.send(request).answer()).status).toBe(200);
    }
    peer.close();
    await site.running?.close();
    const lines = readFileSync(join(site.folder, 'access.log'), 'latin1').trim().split('\n');
    expect(lines).toHaveLength(rounds);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(5000);
    expect(lines[0]).toContain('...(7000)');
    await site.close();
  });
});
