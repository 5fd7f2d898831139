import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authoritiesFault, readCertificate } from './node-certificate.ts';

/** Certificates made by the openssl of this machine, which expire soon: none is kept. */
describe('readCertificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'webserv-certificate-'));
  const path = (name: string): string => join(folder, name);
  const openssl = (...words: string[]): void => {
    execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const join2 = (to: string, ...from: string[]): void =>
    writeFileSync(path(to), from.map((name) => readFileSync(path(name), 'utf8')).join(''));

  beforeAll(() => {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    openssl('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca', '-days', '9');
    openssl('req', ...curve, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=leaf');
    writeFileSync(path('names'), 'subjectAltName=DNS:example.org,DNS:*.example.org,IP:192.0.2.1\n');
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
    openssl('x509', '-req', '-in', 'leaf.csr', ...by, '-days', '5', '-out', 'leaf.pem');
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:1024',
      '-nodes',
      '-keyout',
      'short.key',
      '-out',
      'short.pem',
      '-subj',
      '/CN=s',
    );
    openssl('ec', '-in', 'leaf.key', '-aes128', '-passout', 'pass:word', '-out', 'locked.key');
    join2('full.pem', 'leaf.pem', 'ca.pem');
    join2('turned.pem', 'ca.pem', 'leaf.pem');
    join2('strange.pem', 'leaf.pem', 'short.pem');
    join2('all.pem', 'leaf.key', 'leaf.pem', 'ca.pem');
    writeFileSync(path('half.pem'), readFileSync(path('full.pem'), 'utf8').slice(0, 200));
    writeFileSync(path('damaged.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    writeFileSync(path('damaged.key'), '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('knows the names and the days of a pair that fits', () => {
    const facts = readCertificate(path('full.pem'), path('leaf.key'));
    expect(facts.faults).toEqual([]);
    expect(facts.names).toEqual(['example.org', '*.example.org', '192.0.2.1']);
    expect(facts.signs).toBe('ECDSA');
    expect(readCertificate(path('short.pem'), path('short.key')).signs).toBe('RSA');
    expect(Math.round(facts.daysLeft)).toBe(5);
    expect(Math.abs(facts.daysSinceStart)).toBeLessThan(1);
  });

  it.each([
    ['full.pem', ''],
    ['all.pem', ''],
    ['leaf.key', 'this file holds a private key, and no certificate'],
    ['names', 'this file holds no certificate'],
    ['damaged.pem', 'certificate 1 of this file cannot be read'],
  ])('knows whether %s can say who vouches for clients', (name, fault) => {
    expect(authoritiesFault(path(name))).toBe(fault);
  });

  it('takes a key that stands in front of its chain', () => {
    expect(readCertificate(path('all.pem'), path('all.pem')).faults).toEqual([]);
  });

  it.each([
    ['nothing there', 'none.pem', 'leaf.key', ['chain: this file holds no certificate']],
    [
      'the two files exchanged',
      'leaf.key',
      'full.pem',
      [
        'chain: this file holds a private key, and no certificate',
        'key: this file holds a certificate, and no private key',
      ],
    ],
    ['half a file', 'half.pem', 'leaf.key', ['chain: this file holds no certificate']],
    [
      'a damaged certificate',
      'damaged.pem',
      'leaf.key',
      ['chain: certificate 1 of this file cannot be read'],
    ],
    ['a damaged key', 'full.pem', 'damaged.key', ['key: this key cannot be read']],
    [
      'a locked key',
      'full.pem',
      'locked.key',
      ['key: this key is encrypted, and nobody is there to unlock it'],
    ],
    [
      'the key of another',
      'full.pem',
      'short.key',
      [
        'key: this key does not fit the certificate',
        'key: an RSA key of 1024 bits is too short: clients refuse it',
      ],
    ],
    [
      'a chain in the wrong order',
      'turned.pem',
      'leaf.key',
      [
        'chain: the key fits certificate 2 of this file, and not the first',
        'chain: certificate 2 of this file has not issued certificate 1',
      ],
    ],
    [
      'a certificate of somebody else behind it',
      'strange.pem',
      'leaf.key',
      ['chain: certificate 2 of this file has not issued certificate 1'],
    ],
    [
      'a short key',
      'short.pem',
      'short.key',
      ['key: an RSA key of 1024 bits is too short: clients refuse it'],
    ],
  ])('%s', (_what, chain, key, expected) => {
    const { faults } = readCertificate(path(chain), path(key));
    expect(faults.map(({ part, message }) => `${part}: ${message}`)).toEqual(expected);
    for (const fault of faults) expect(fault.expected).not.toBe('');
  });
});
