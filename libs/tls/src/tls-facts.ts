import type { OpenSsl } from '@webserv/event-loop/openssl';
import { CTRL } from './constants.ts';
import { Passage } from './passage.ts';

/** What a client has shown of itself. */
export interface ClientCertificate {
  /** Its certificate in PEM. */
  readonly pem: string;
  /** '' if the authorities vouch for it, otherwise why they do not. */
  readonly fault: string;
}

const HOST_NAME = 0;

/** What a handshake has agreed. */
export class TlsFacts {
  /** `TLSv1.3` or `TLSv1.2`. */
  readonly version: string;
  readonly cipher: string;
  /** How the key was agreed: `x25519`, `X25519MLKEM768`. '' if the session was resumed without an exchange. */
  readonly group: string;
  /** What ALPN has chosen; '' if it was not asked. */
  readonly protocol: string;
  /** The host that the client named; '' if it named none. */
  readonly serverName: string;
  /** An earlier session goes on: its certificates were not sent again. */
  readonly resumed: boolean;
  /** Null if the client has shown no certificate. */
  readonly client: ClientCertificate | null;

  constructor(openssl: OpenSsl, ssl: number) {
    const { address, bytes } = Passage.of(openssl).scratch;
    this.version = openssl.SSL_version(ssl) === 0x0304 ? 'TLSv1.3' : 'TLSv1.2';
    this.cipher = openssl.SSL_CIPHER_get_name(openssl.SSL_get_current_cipher(ssl)) ?? '';
    const group = openssl.SSL_ctrl(ssl, CTRL.GET_NEGOTIATED_GROUP, 0, 0);
    this.group = group === 0 ? '' : (openssl.SSL_group_to_name(ssl, group) ?? '');
    openssl.SSL_get0_alpn_selected(ssl, address, address + 8);
    const length = bytes.readUInt32LE(8);
    if (length > 0) openssl.copy(address + 16, Number(bytes.readBigUInt64LE(0)), length);
    this.protocol = bytes.toString('latin1', 16, 16 + length);
    this.serverName = (openssl.SSL_get_servername(ssl, HOST_NAME) ?? '').toLowerCase();
    this.resumed = openssl.SSL_session_reused(ssl) === 1;
    this.client = clientOf(openssl, ssl);
    openssl.ERR_clear_error();
  }
}

function clientOf(openssl: OpenSsl, ssl: number): ClientCertificate | null {
  const certificate = openssl.SSL_get1_peer_certificate(ssl);
  if (certificate === 0) return null;
  const bio = openssl.BIO_new(openssl.BIO_s_mem());
  try {
    openssl.PEM_write_bio_X509(bio, certificate);
    const text = openssl.allocate(openssl.BIO_ctrl_pending(bio));
    openssl.BIO_read(bio, text.address, text.size);
    const result = openssl.SSL_get_verify_result(ssl);
    const fault = result === 0 ? '' : (openssl.X509_verify_cert_error_string(result) ?? `error ${result}`);
    return { pem: text.bytes.toString('latin1'), fault };
  } finally {
    openssl.BIO_free(bio);
    openssl.X509_free(certificate);
  }
}
