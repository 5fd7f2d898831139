import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** Its members in the order that a thumbprint hashes them in (RFC 7638, section 3). */
interface Jwk {
  readonly crv: string;
  readonly kty: string;
  readonly x: string;
  readonly y: string;
}

/** The key of an account: it signs what is sent to an authority, as a JSON Web Signature by ES256 (RFC 7515, RFC 7518). */
export class AccountKey {
  private readonly key: KeyObject;
  private readonly jwk: Jwk;

  /** @param pem a private key on P-256 */
  constructor(pem: string) {
    this.key = createPrivateKey(pem);
    const { crv = '', kty = '', x = '', y = '' } = createPublicKey(this.key).export({ format: 'jwk' });
    this.jwk = { crv, kty, x, y };
  }

  /** What a challenge must show for its token (RFC 8555, section 8.1). */
  authorization(token: string): string {
    const thumbprint = createHash('sha256').update(JSON.stringify(this.jwk)).digest('base64url');
    return `${token}.${thumbprint}`;
  }

  /**
   * Signs a request (RFC 8555, section 6.2).
   * @param account the address of the account; null before it has one
   * @param payload null for POST-as-GET
   */
  sign(url: string, nonce: string, account: string | null, payload: object | null): string {
    const identity = account === null ? { jwk: this.jwk } : { kid: account };
    const head = base64url(JSON.stringify({ alg: 'ES256', nonce, url, ...identity }));
    const body = payload === null ? '' : base64url(JSON.stringify(payload));
    const signature = sign('sha256', Buffer.from(`${head}.${body}`), {
      key: this.key,
      dsaEncoding: 'ieee-p1363',
    });
    return JSON.stringify({ protected: head, payload: body, signature: signature.toString('base64url') });
  }
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
