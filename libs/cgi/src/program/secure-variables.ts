import { X509Certificate } from 'node:crypto';
import type { ClientCertificate, Secure } from '@webserv/methods';
import type { VariableSink } from './variable-sink.ts';

/**
 * Reports what a script sees of TLS: the variables of Apache's mod_ssl, which scripts expect. A client cannot make them:
 * its fields become HTTP_*.
 */
export function secureVariables(secure: Secure, sink: VariableSink): void {
  const { version, cipher, serverName, resumed, client } = secure;
  sink.text('HTTPS', 'on');
  sink.text('SSL_PROTOCOL', version);
  sink.text('SSL_CIPHER', cipher);
  sink.text('SSL_SESSION_RESUMED', resumed ? 'Resumed' : 'Initial');
  sink.text('SSL_CLIENT_VERIFY', verificationOf(client));
  if (serverName !== '') sink.text('SSL_TLS_SNI', serverName);
  if (client === null) return;
  const { subject, issuer, serialNumber, validFrom, validTo, fingerprint256 } = new X509Certificate(
    client.pem,
  );
  sink.bytes('SSL_CLIENT_S_DN', nameOf(subject));
  sink.bytes('SSL_CLIENT_I_DN', nameOf(issuer));
  sink.text('SSL_CLIENT_M_SERIAL', serialNumber);
  sink.text('SSL_CLIENT_V_START', validFrom);
  sink.text('SSL_CLIENT_V_END', validTo);
  sink.text('SSL_CLIENT_FINGERPRINT', fingerprint256);
  sink.text('SSL_CLIENT_CERT', client.pem);
}

function verificationOf(client: ClientCertificate | null): string {
  if (client === null) return 'NONE';
  return client.fault === '' ? 'SUCCESS' : `FAILED:${client.fault}`;
}

/**
 * Node writes a name with a line for each part, the widest first. RFC 2253 has them the other way round, with commas. A
 * name may hold any character. A NUL would end the variable, and what is behind it would be the next one.
 */
function nameOf(lines: string | undefined): string {
  const name = (lines ?? '').split('\n').reverse().join(',');
  return Buffer.from(name.replaceAll('\0', ' '), 'utf8').toString('latin1');
}
