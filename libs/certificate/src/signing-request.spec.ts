import { execFileSync } from 'node:child_process';
import { newKey } from './key.ts';
import { signingRequest } from './signing-request.ts';

describe('signingRequest', () => {
  it('is one that OpenSSL reads, with its names', () => {
    const request = signingRequest(newKey(), ['example.org', 'www.example.org', '192.0.2.7']);
    const text = execFileSync('openssl', ['req', '-inform', 'DER', '-verify', '-noout', '-text'], {
      input: request,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    expect(text).toContain('Subject: CN = example.org');
    expect(text).toContain('DNS:example.org, DNS:www.example.org, IP Address:192.0.2.7');
    expect(text).toContain('Signature Algorithm: ecdsa-with-SHA256');
  });

  it('refuses no names', () => {
    expect(() => signingRequest(newKey(), [])).toThrow('a certificate needs a name');
  });
});
