import { close, closeRange } from '../ffi/libc.ts';

/** Descriptors that wait at most: few enough to keep them in order by moving them. */
const MOST = 32;

/**
 * Descriptors of files that are closed together. The system gives out the lowest free numbers, so the files of one round
 * mostly have numbers that follow each other, and one close_range(2) closes all of them.
 */
export class Closing {
  private readonly fds = new Int32Array(MOST);
  private count = 0;
  private gathers = false;

  /** From now on descriptors wait for `flush`. */
  gather(): void {
    this.gathers = true;
  }

  add(fd: number): void {
    const { fds } = this;
    let at = this.count++;
    for (; at > 0 && (fds[at - 1] as number) > fd; at--) fds[at] = fds[at - 1] as number;
    fds[at] = fd;
    if (this.count === MOST || !this.gathers) this.closeWaiting();
  }

  /** Closes all that wait, and what comes from now on at once. */
  flush(): void {
    this.gathers = false;
    this.closeWaiting();
  }

  /** Closes all that wait: descriptors have run out, for instance. */
  closeWaiting(): void {
    const { fds, count } = this;
    if (count === 0) return;
    this.count = 0;
    let first = fds[0] as number;
    for (let at = 1; at <= count; at++) {
      const last = fds[at - 1] as number;
      if (at < count && fds[at] === last + 1) continue;
      closeAll(first, last);
      first = fds[at] as number;
    }
  }
}

function closeAll(first: number, last: number): void {
  if (first < last && closeRange !== null && closeRange(first, last, 0) === 0) return;
  // An old kernel or a sandbox refuses the call.
  for (let fd = first; fd <= last; fd++) close(fd);
}
