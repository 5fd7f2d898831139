/** Shows the answer to one kind of challenge where the authority looks for it. */
export interface Challenger {
  readonly type: 'http-01' | 'tls-alpn-01';
  /** @param authorization the key authorization of the token */
  show(name: string, token: string, authorization: string): void;
  hide(name: string, token: string): void;
}
