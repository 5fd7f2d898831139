import type { Slice } from './slice.ts';
import type { Work } from './turns.ts';

/** So few are dealt with at once: a form of two files has no need of turns. */
export const AT_ONCE = 2;

/**
 * Does something with each of many, a slice of time in each turn; then `done`. A few are dealt with at once.
 * @param later as `Services.later`
 * @param act returns false to be called no more; then `done` is not called either
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
