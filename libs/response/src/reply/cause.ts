/** Why a reply is an error. The log says it. The client never sees it. */
export interface Cause {
  /** The negative errno of the call that failed, or 0 if no call failed. */
  readonly errno: number;
  /** The call or the rule in which it arose. */
  readonly place: string;
  /** Whether something of the server's own has failed, whatever the status says. */
  readonly faulty?: boolean;
}
