/*
 * Mozilla's intermediate profile, version 6.0 of its Server Side TLS guidelines
 * (github.com/mozilla/ssl-config-generator, src/static/guidelines/6.0.json), read in November 2026. All of its ciphers have
 * forward secrecy and authenticate what they encrypt, so a client may choose among them.
 */

/** For TLS 1.2. */
export const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** For TLS 1.3. */
export const CIPHERSUITES = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
].join(':');

const GROUPS = ['X25519', 'prime256v1', 'secp384r1'];
/** OpenSSL has the hybrid with ML-KEM from 3.5 on. */
const HYBRID_SINCE = 0x30500000;

/** Key exchange groups that an OpenSSL of this number has. */
export function groupsOf(number: number): string {
  return (number >= HYBRID_SINCE ? ['X25519MLKEM768', ...GROUPS] : GROUPS).join(':');
}
