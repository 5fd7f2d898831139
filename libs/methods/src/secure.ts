/** The certificate that a client has shown. */
export interface ClientCertificate {
  readonly pem: string;
  /** '' if an authority of the server vouches for it; otherwise why none does. */
  readonly fault: string;
}

/** What the two ends of a connection over TLS have agreed on. */
export interface Secure {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly version: string;
  /** As OpenSSL names it. */
  readonly cipher: string;
  /** The server that the client has named (SNI, RFC 6066 section 3), in lower case; '' if it named none. */
  readonly serverName: string;
  /** Whether a session goes on that was agreed on earlier. */
  readonly resumed: boolean;
  /** Null if the client has shown none. */
  readonly client: ClientCertificate | null;
}
