import type { DriverRequest } from './driver/choose.ts';
import type { Driver } from './driver/driver.ts';
import type { Udata } from './udata.ts';

/** What `Loop.open` takes. */
export interface LoopOptions {
  /** Which driver, and from which library; the best that works by default. */
  readonly use?: DriverRequest;
  /** A driver made by the caller (the scripted one of `@webserv/event-loop/testing`). */
  readonly driver?: Driver;
  /**
   * Called with what a udata threw out of complete, expire or dispose. That udata is closed. Without it, the loop
   * throws the first error when the round is over and all others have been called.
   */
  readonly onFault?: (udata: Udata, error: unknown) => void;
  /** False: the caller runs the loop by `tick`. By default Node runs it. */
  readonly hosted?: boolean;
}
