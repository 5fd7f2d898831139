/**
 * How far a request for a script has come. Each stage has one way on. In any of them the client may
 * leave, or a failure may become a reply of its own until the answer has left.
 *
 *     TAKING -> QUEUED -> RUNNING -> (MEASURING) -> ANSWERED -> (ENDING) -> OVER
 *                           |                          +-> what leaves has no body, or all of it has left
 *                           +-> REDIRECTED -> OVER
 *     TAKING to MEASURING --a failure--> REFUSED -> OVER
 */
export const Stage = {
  /** The body is being taken in. Nothing of the server's is held for it but memory and disk. */
  TAKING: 0,
  /** It waits for its turn to have a child. */
  QUEUED: 1,
  /** The script runs, or is being started, and has not said what it answers. */
  RUNNING: 2,
  /** Its head has come, without a length: the end of a short output is awaited. */
  MEASURING: 3,
  /** A reply in place of the script's own is about to leave. */
  REFUSED: 4,
  /** Another request is answered in place of this one. */
  REDIRECTED: 5,
  /** The answer has left; its body is the script's output. */
  ANSWERED: 6,
  /** The body has come to its end, and the child's exit says whether that was all. */
  ENDING: 7,
  /** Nothing more is for the client. The script may still be at work. */
  OVER: 8,
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];
