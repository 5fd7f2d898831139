import { pairFor } from '../testing/certificates.ts';
import { Command } from '../testing/command.ts';
import { TestSite } from '../testing/site.ts';

/** A command that has ended must not have served meanwhile: each of them refuses its config. */
describe('webserv -t', () => {
  const { certificate, key } = pairFor('localhost');
  let site: TestSite;

  beforeEach(() => {
    site = new TestSite();
    site.file('public/page.html', 'a page');
    site.file('a.pem', certificate);
    site.file('a.key', key);
    site.file('trusted.pem', certificate.replaceAll(' CERTIFICATE-', ' TRUSTED CERTIFICATE-'));
    site.file('short.keys', 'x'.repeat(81));
    site.file('none.keys');
  });

  afterEach(() => site.close());

  const secure = (words: string): string =>
    `server { listen 127.0.0.1:0 tls; ${words} access_log off; root public; location / { } }`;
  const acme = secure('server_name a.example.org; acme a@example.org;');

  it.each([
    ['authorities that are none', secure('certificate a.pem a.key; client_certificates a.key;')],
    [
      'authorities that only openssl trusts',
      secure('certificate a.pem a.key; client_certificates trusted.pem;'),
    ],
    ['a certificate that OpenSSL does not read', secure('certificate trusted.pem a.key;')],
    ['ticket keys of another size', `ticket_keys short.keys; ${secure('certificate a.pem a.key;')}`],
    ['no ticket keys', `ticket_keys none.keys; ${secure('certificate a.pem a.key;')}`],
    ['a store that is a file', `acme_store a.pem; ${acme}`],
    ['a store below a file', `acme_store a.pem/store; ${acme}`],
  ])('refuses what the start refuses: %s', async (_what, text) => {
    const conf = site.file('site.conf', text);
    const checked = await new Command(['-t', '-c', conf]).ended;
    const started = await new Command(['-c', conf]).ended;
    expect([checked.code, started.code]).toEqual([1, 1]);
    for (const { stderr } of [checked, started]) expect(stderr).toMatch(/error: |acme_store: /);
    expect(checked.stderr).not.toContain('is good');
  });

  it('takes what the start takes: a pair, and a store that is still to be made', async () => {
    const conf = site.file('site.conf', `acme_store store; ${secure('certificate a.pem a.key;')} ${acme}`);
    expect((await new Command(['-t', '-c', conf]).ended).code).toBe(0);
  });
});
