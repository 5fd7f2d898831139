/**
 * A value that the code around it knows to be there. A mistake of ours ends where it is made, and not in a later call.
 * @param what names the value in the error
 * @throws Error where the value is missing
 */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined)
    throw new Error(`${what} is missing: a mistake of the server's own`);
  return value;
}
