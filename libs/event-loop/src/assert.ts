/**
 * Asserts that a value is there. A mistake of ours then ends where it is made, and not in a later call. V8 inlines the
 * call: it costs one comparison.
 * @param what names the value in the error
 * @throws Error if the value is missing
 */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`${what} is missing: the event loop has a bug`);
  return value;
}

/**
 * Says a fact that the code relies on, and that its types cannot say.
 * @throws Error where it does not hold: a mistake of ours, which costs one connection
 */
export function assert(holds: boolean, fact: string): asserts holds {
  if (!holds) throw new Error(`not so: ${fact}`);
}
