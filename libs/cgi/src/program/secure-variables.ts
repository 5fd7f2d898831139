import { X509Certificate } from 'node:crypto';
import type { ClientCertificate, Secure } from '@webserv/methods';

/**
 * Returns what a script sees of TLS: the variables of Apache's mod_ssl, which scripts expect. A client cannot make them:
 * its fields become HTTP_*.
 */
export function secureVariables(secure: Secure): (string | Uint8Array)[] {
  const { version, cipher, serverName, resumed, client } = secure;
  const entries: (string | Uint8Array)[] = [
    'HTTPS=on',
    `SSL_PROTOCOL=${version}`,
    `SSL_CIPHER=${cipher}`,
    `SSL_SESSION_RESUMED=${resumed ? 'Resumed' : 'Initial'}`,
    `SSL_CLIENT_VERIFY=${verificationOf(client)}`,
  ];
  if (serverName !== '') entries.push(`SSL_TLS_SNI=${serverName}`);
  if (client === null) return entries;
  const { subject, issuer, serialNumber, validFrom, validTo, fingerprint256 } = new X509Certificate(
    client.pem,
  );
  entries.push(
    entry('SSL_CLIENT_S_DN', nameOf(subject)),
    entry('SSL_CLIENT_I_DN', nameOf(issuer)),
    `SSL_CLIENT_M_SERIAL=${serialNumber}`,
    `SSL_CLIENT_V_START=${validFrom}`,
    `SSL_CLIENT_V_END=${validTo}`,
    `SSL_CLIENT_FINGERPRINT=${fingerprint256}`,
    `SSL_CLIENT_CERT=${client.pem}`,
  );
  return entries;
}

function verificationOf(client: ClientCertificate | null): string {
  if (client === null) return 'NONE';
  return client.fault === '' ? 'SUCCESS' : `FAILED:${client.fault}`;
}

/** Node writes a name with a line for each part, the widest first. RFC 2253 has them the other way round, with commas. */
function nameOf(lines: string | undefined): string {
  return (lines ?? '').split('\n').reverse().join(',');
}

/** A name may hold any character. A NUL would end the variable, and what is behind it would be the next one. */
function entry(key: string, value: string): Uint8Array {
  return Buffer.from(`${key}=${value.replaceAll('\0', ' ')}`, 'utf8');
}
