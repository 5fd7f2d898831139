import { readIssued } from './issued.ts';
import { selfSigned } from './self-signed.ts';

/** The example of RFC 9773, appendix A. */
const EXAMPLE = `-----BEGIN CERTIFICATE-----
MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
-----END CERTIFICATE-----
`;

describe('readIssued', () => {
  it('names a certificate as RFC 9773, section 4.1, does', () => {
    expect(readIssued(EXAMPLE)).toMatchObject({
      renewalId: 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE',
      selfSigned: false,
    });
  });

  it('reads names and times of the first certificate of a chain', () => {
    const now = Date.parse('2026-11-27T12:00:00Z');
    const mine = selfSigned({ names: ['Example.org', '::1', '127.0.0.1'], now, days: 3 });
    const other = selfSigned({ names: ['other.org'], now, days: 9 });
    expect(readIssued(mine.key + mine.certificate + other.certificate)).toEqual({
      names: ['example.org', '0:0:0:0:0:0:0:1', '127.0.0.1'],
      notBefore: now - 3_600_000,
      notAfter: now + 3 * 86_400_000,
      selfSigned: true,
      renewalId: '',
    });
  });

  it('refuses what is no certificate', () => {
    expect(() => readIssued('x')).toThrow();
  });
});
