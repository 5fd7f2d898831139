import { ORPHAN_MS } from '../process/script-process.ts';

/** After the end of the output: how long the child's exit is awaited, which says whether the output was whole. */
const EXIT_MS = 100;

/**
 * After the head of an output without Content-Length: how long its end is awaited before the answer leaves. Most scripts
 * write once and end at once; their answer then tells its length and takes one send in place of two. A script that writes
 * on is answered for after this, or when it has written 64 KiB.
 */
const LENGTH_MS = 2;

/** When a request has waited so long for a turn, the slowest reader of another script's output gives up its place. */
const PRESS_MS = 1000;

/** Whose step a request waits for. No wait is without end. */
export const Wait = {
  /** None, or one that another deadline watches: the connection's watches the client, a child's own watches its end. */
  NONE: 0,
  /** Its own: a reply that must not leave from within a call of the intake's. */
  NOW: 1,
  /** Another child's end: again and again, until `timeoutMs` have passed in all. */
  TURN: 2,
  /** The script's: to read, to write or to end. */
  SCRIPT: 3,
  /** The child's exit, right behind the end of its output. */
  EXIT: 4,
  /** That of whatever the script has left behind, which holds its output open. */
  ORPHAN: 5,
  /** The end of a short output, before the answer. */
  LENGTH: 6,
} as const;
export type Wait = (typeof Wait)[keyof typeof Wait];

/** How long; `timeoutMs` is the location's for scripts. */
export function patience(wait: Wait, timeoutMs: number): number {
  switch (wait) {
    case Wait.NOW:
      return 0;
    case Wait.EXIT:
      return EXIT_MS;
    case Wait.LENGTH:
      return LENGTH_MS;
    case Wait.TURN:
      return Math.min(PRESS_MS, timeoutMs);
    case Wait.ORPHAN:
      return ORPHAN_MS;
    default:
      return timeoutMs;
  }
}
