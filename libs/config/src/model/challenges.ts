/** Where an authority of ACME looks for the answer to a challenge (RFC 8555, section 8.3). */
export const CHALLENGES = '/.well-known/acme-challenge';
const BELOW = `${CHALLENGES}/`;

/** Whether a request for this path asks for the answer to a challenge. */
export function isChallenge(path: string): boolean {
  return path.startsWith(BELOW);
}
