/** Where an authority of ACME looks for the answer to a challenge (RFC 8555, section 8.3). */
const CHALLENGES = '/.well-known/acme-challenge/';

/** Whether a request for this path comes from an authority of ACME. */
export function isChallenge(path: string): boolean {
  return path.startsWith(CHALLENGES);
}
