/** Returns a value that must be there. A missing one is a mistake of this library, never of a config. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`${what} is missing`);
  return value;
}
