/**
 * Says a fact that the code relies on, and that its types cannot say.
 * @throws Error where it does not hold: a mistake of ours, which costs one connection
 */
export function assert(holds: boolean, fact: string): asserts holds {
  if (!holds) throw new Error(`not so: ${fact}`);
}
