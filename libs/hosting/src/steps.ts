import type { Turns } from '@webserv/methods';

/** Does all steps of some work at once. */
export function atOnce<R>(steps: Generator<void, R>): R {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Does the steps of some work in slices of time. Everything else in the loop waits for one slice at most. */
export function inSteps<R>(turns: Turns, steps: Generator<void, R>): Promise<R> {
  return new Promise((resolve, reject) => {
    const work: Parameters<Turns['later']>[0] = (slice) => {
      try {
        do {
          const step = steps.next();
          if (step.done === true) {
            resolve(step.value);
            return;
          }
        } while (!slice.spent);
        turns.later(work);
      } catch (error) {
        reject(error);
      }
    };
    turns.later(work);
  });
}
