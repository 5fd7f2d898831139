import { openSsl, openSslAt, PLACES } from './probe.ts';

const [own, system] = PLACES;
const missing = { name: 'libnone.so', ssl: 'libnone.so', crypto: 'libnone.so' };

describe('openSsl', () => {
  it("finds Node's own, once", () => {
    const openssl = openSsl();
    expect(openssl.from).toBe('Node');
    expect(openssl.version).toContain(process.versions.openssl.replace(/\+.*/, ''));
    expect(openSsl()).toBe(openssl);
  });

  it("falls back to the system's, which is another library", () => {
    const other = openSsl([missing, system]);
    expect(other.from).toBe(system.name);
    expect(other.SSL_CTX_new(other.TLS_server_method())).not.toBe(0);
    expect(other.TLS_server_method()).not.toBe(openSslAt(own).TLS_server_method());
  });

  it('says in one line what it has tried', () => {
    expect(() => openSsl([missing])).toThrow(
      /^TLS needs OpenSSL 3.0 or later, and none was found \(libnone.so: [^\n]+\)$/,
    );
  });

  it('refuses a library that has not all that is needed', () => {
    // libcrypto alone names a version, and has nothing of libssl.
    expect(() => openSsl([{ ...system, ssl: system.crypto }])).toThrow(/TLS_server_method/);
  });
});
