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
  /** The hosts that it is for: names, `*.` names and addresses. */
  readonly names: readonly string[];
  /** Negative before its time. */
  readonly daysSinceStart: number;
  /** Negative after its time. */
  readonly daysLeft: number;
}
