import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { challengeCertificate, selfSigned } from './self-signed.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');

describe('selfSigned', () => {
  const names = ['example.org', '*.example.org', '127.0.0.1', '::1'];
  const { certificate, key } = selfSigned({ names, now: NOW, days: 90 });
  const read = new X509Certificate(certificate);

  it('covers its names and no other', () => {
    expect(read.checkHost('example.org')).toBe('example.org');
    expect(read.checkHost('www.example.org')).toBe('*.example.org');
    expect(read.checkHost('example.com')).toBeUndefined();
    expect(read.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(read.checkIP('::1')).toBe('::1');
  });

  it('fits its key, and signs itself', () => {
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.ca).toBe(false);
  });

  it('is valid from an hour before, for the days that were asked for', () => {
    expect(Date.parse(read.validFrom)).toBe(NOW - 3_600_000);
    expect(Date.parse(read.validTo)).toBe(NOW + 90 * 86_400_000);
  });

  it('has a serial number of its own', () => {
    const other = new X509Certificate(selfSigned({ names, now: NOW, days: 90 }).certificate);
    expect(other.serialNumber).not.toBe(read.serialNumber);
    expect(read.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  it('has no common name where the name is too long for one', () => {
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.org`;
    const long509 = new X509Certificate(selfSigned({ names: [long], now: NOW, days: 1 }).certificate);
    expect(long509.checkHost(long, { subject: 'never' })).toBe(long);
    expect(long509.subject).toBeFalsy();
  });

  it.each([[[]], [['']], [['a b']], [['ünicode.de']], [['a'.repeat(254)]], [['a,DNS:b']], [['*']]])(
    'refuses %j',
    (bad) => {
      expect(() => selfSigned({ names: bad, now: NOW, days: 1 })).toThrow(/certificate/);
    },
  );
});

describe('challengeCertificate', () => {
  it('carries the digest of the key authorization, critical (RFC 8737, section 3)', () => {
    const { certificate, key } = challengeCertificate('example.org', 'token.thumbprint', NOW);
    const read = new X509Certificate(certificate);
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(read.subjectAltName).toBe('DNS:example.org');
    const digest = createHash('sha256').update('token.thumbprint').digest('hex');
    // The identifier, TRUE, and an octet string in an octet string.
    expect(read.raw.toString('hex')).toContain(`06082b0601050507011f0101ff04220420${digest}`);
  });
});
