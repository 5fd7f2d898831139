/**
 * Returns a value that cannot be missing here. A mistake in this code fails at its place, and not in a later call.
 * @param what names the value in the error
 * @throws Error if the value is missing
 */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined)
    throw new Error(`${what} is missing: a mistake of the server's own`);
  return value;
}
