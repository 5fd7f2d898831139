/** Why the server did not start: text for a person, ready to be printed. Nothing has been left half-started. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
