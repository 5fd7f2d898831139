import type { Slice } from './slice.ts';
import type { Work } from './turns.ts';

/** Up to this many items are handled at once: a form of two files needs no turns. */
export const AT_ONCE = 2;

/**
 * Calls `act` for each item, for one slice of time in each turn, and `done` at the end. A few items are handled at once.
 * @param later as `Services.later`
 * @param act returns false to stop; then `done` is not called
 */
export function inSlices<T>(
  items: readonly T[],
  later: (work: Work) => void,
  act: (item: T) => boolean,
  done: () => void,
): void {
  let next = 0;
  const work = (slice: Slice | null): void => {
    while (next < items.length) {
      if (!act(items[next++])) return;
      if (slice?.spent === true) break;
    }
    if (next < items.length) later(work);
    else done();
  };
  if (items.length <= AT_ONCE) work(null);
  else later(work);
}
