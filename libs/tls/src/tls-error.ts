/** Which option of a context is at fault. */
export type TlsPart =
  | 'chain'
  | 'key'
  | 'authorities'
  | 'ciphers'
  | 'versions'
  | 'protocols'
  | 'tickets'
  | 'certificates';

/** An option that a context cannot be made of. The message is one line: what is wrong, and how to fix it. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
  readonly part: TlsPart;
  /** Index of the certificate at fault, or -1. */
  readonly certificate: number;

  constructor(part: TlsPart, message: string, certificate = -1) {
    super(message);
    this.part = part;
    this.certificate = certificate;
  }
}
