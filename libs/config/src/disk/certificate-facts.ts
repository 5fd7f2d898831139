/** What is wrong with one of the two files of a certificate. */
export interface CertificateFault {
  readonly part: 'chain' | 'key';
  readonly message: string;
  readonly expected: string;
}

/** What the two files of a certificate hold. */
export interface CertificateFacts {
  /** Without faults the pair can serve. */
  readonly faults: readonly CertificateFault[];
  /** How the key proves that it is the server's: what ciphers of TLS 1.2 name. '' if there is no key. */
  readonly signs: 'ECDSA' | 'RSA' | '';
  /** The hosts that it is for: names, `*.` names and addresses. */
  readonly names: readonly string[];
  /** Negative before its time. */
  readonly daysSinceStart: number;
  /** Negative after its time. */
  readonly daysLeft: number;
}
