/** How many files of a form are dealt with in one turn: each takes up to five system calls. */
export const SLICE = 16;

/**
 * Does something with each of many, a slice in each turn, the first one at once; then `done`.
 * @param later as `Services.later`
 * @param act returns false to be called no more; then `done` is not called either
 */
export function inSlices<T>(
  items: readonly T[],
  later: (run: () => void) => void,
  act: (item: T) => boolean,
  done: () => void,
): void {
  let next = 0;
  const slice = (): void => {
    for (const end = Math.min(items.length, next + SLICE); next < end; next++) {
      if (!act(items[next] as T)) return;
    }
    if (next < items.length) later(slice);
    else done();
  };
  slice();
}
