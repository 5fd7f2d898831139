/** Why the server did not start, as text that is ready to be printed. Nothing is left half-started. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
