import { join } from 'node:path';
import { type Config, loadText, report } from '@webserv/config';
import { type Explanation, explain, readAsked } from '@webserv/hosting';
import { pairFor } from '../testing/certificates.ts';
import { TestSite } from '../testing/site.ts';

const CONFIG = `
error_log off;
server {
  listen 127.0.0.1:8443 tls; listen 127.0.0.1:8080; server_name one.test; access_log off; root www; location / {}
  certificate certificate.pem key.pem; redirect_https on; hsts 1d;
}
server {
  listen 127.0.0.1:8443 tls; server_name asks.test; access_log off; root www; location / {}
  certificate certificate.pem key.pem; client_certificates certificate.pem optional;
}
server {
  listen 127.0.0.1:8443 tls; server_name only.test; access_log off; root www; location / {}
  certificate certificate.pem key.pem; client_certificates certificate.pem;
}
server {
  listen 127.0.0.1:8443 tls; server_name old.test; access_log off; root www; location / {}
  certificate certificate.pem key.pem; http2 off;
}
server { listen 127.0.0.1:8081 h2c; server_name two.test; access_log off; root www; location / {} }
`;

describe('webserv explain of an address with TLS', () => {
  const site = new TestSite();
  let config: Config;

  beforeAll(() => {
    const { certificate, key } = pairFor('*.test');
    site.file('certificate.pem', certificate);
    site.file('key.pem', key);
    site.aged('www/a.txt', 'a');
    const loaded = loadText(CONFIG, join(site.folder, 'site.conf'));
    if (!loaded.ok) throw new Error(report(loaded.diagnostics));
    config = loaded.config;
  });

  afterAll(() => site.close());

  function told(
    url: string,
    http2: boolean,
    fields: readonly string[] = [],
  ): Promise<Explanation | { readonly problem: string }> {
    const asked = readAsked([url], fields, '192.0.2.7', http2);
    if (typeof asked === 'string') throw new Error(asked);
    return explain(config, asked, 'webserv/test');
  }

  it.each([
    [
      'https://one.test:8443/a.txt',
      true,
      [],
      'HTTP/2 200',
      'one.test',
      'strict-transport-security: max-age=86400',
    ],
    [
      'https://one.test:8443/a.txt',
      false,
      [],
      'HTTP/1.1 200 OK',
      'one.test',
      'Strict-Transport-Security: max-age=86400',
    ],
    ['https://asks.test:8443/a.txt', true, [], 'HTTP/2 200', 'asks.test', 'content-length: 1'],
    ['https://127.0.0.1:8443/none', true, [], 'HTTP/2 404', 'one.test', 'server: webserv'],
    ['https://one.test:8443/a.txt', true, ['Host: asks.test'], 'HTTP/2 421', 'one.test', 'server: webserv'],
    [
      'https://one.test:8443/a.txt',
      false,
      ['Host: asks.test'],
      'HTTP/1.1 421 Misdirected Request',
      'one.test',
      'Server: webserv',
    ],
  ])('%s (HTTP/2: %s) %j is answered with %s', async (url, http2, fields, line, shown, field) => {
    const result = await told(url, http2, fields);
    if ('problem' in result) throw new Error(result.problem);
    expect([result.answer?.head[0], result.server.listen]).toEqual([line, '127.0.0.1:8443 tls']);
    expect(result.server.tls).toContain(`is shown the certificate of ${shown}`);
    expect(result.answer?.head).toContainEqual(field);
  });

  it('a plain address sends to https, and one with h2c speaks HTTP/2 alone', async () => {
    const plain = await told('http://one.test:8080/a.txt', false);
    if ('problem' in plain) throw new Error(plain.problem);
    expect(plain.answer?.head).toContain('Location: https://one.test:8443/a.txt');
    for (const http2 of [false, true]) {
      const other = await told('http://two.test:8081/a.txt', http2);
      if ('problem' in other) throw new Error(other.problem);
      expect([other.answer?.head[0], other.server.tls]).toEqual(['HTTP/2 200', '']);
    }
  });

  it('says that a client is asked for a certificate, and shows none', async () => {
    const result = await told('https://asks.test:8443/', false);
    expect('server' in result && result.server.tls).toBe(
      'the client names asks.test, so it is shown the certificate of asks.test; a certificate of the client is asked for, and it shows none',
    );
  });

  it.each([
    ['https://only.test:8443/', false, [], 'only.test lets no client in without a certificate'],
    ['https://old.test:8443/', true, [], 'old.test offers no HTTP/2: it has "http2 off;"'],
    ['http://one.test:8080/', true, [], '127.0.0.1:8080 speaks no HTTP/2: ask for https://'],
    ['https://one.test:8443/', true, ['Connection: close'], '-H "Connection" has no place in HTTP/2'],
    [
      'https://one.test:8443/',
      true,
      ['Content-Length: 70000'],
      'a body in HTTP/2 has at most 65535 bytes here',
    ],
  ])('says why %s (HTTP/2: %s) %j is not answered', async (url, http2, fields, why) => {
    const result = await told(url, http2, fields);
    expect('problem' in result && result.problem).toContain(why);
  });

  it.each([true, false])('a field of any text is sent as UTF-8 (HTTP/2: %s)', async (http2) => {
    const fields = ['X-A: \u20ac and \u00fc', 'If-None-Match: *'];
    const result = await told('https://one.test:8443/a.txt', http2, fields);
    expect('answer' in result && result.answer?.status).toBe(304);
  });

  it('a head that HTTP/2 cannot read ends', async () => {
    const result = await told('https://one.test:8443/a.txt', true, ['Host: bad host']);
    expect('answer' in result && (result.answer?.status ?? 0)).not.toBe(200);
  });
});
