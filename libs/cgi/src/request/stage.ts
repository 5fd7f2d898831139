/**
 * The stage of a request for a script. Each stage has one way on. The client may leave in any stage. Until the answer has
 * left, a failure may become a reply of its own.
 *
 *     TAKING -> QUEUED -> RUNNING -> (MEASURING) -> ANSWERED -> (ENDING) -> OVER
 *                           |                          +-> what leaves has no body, or all of it has left
 *                           +-> REDIRECTED -> OVER
 *     TAKING to MEASURING --a failure--> REFUSED -> OVER
 */
export const Stage = {
  /** The server receives the body. The request holds only memory and disk of the server. */
  TAKING: 0,
  /** The request waits for a child. */
  QUEUED: 1,
  /** The script starts or runs. Its head has not come. */
  RUNNING: 2,
  /** The head has come, without a length. The server waits for the end of a short output. */
  MEASURING: 3,
  /** A reply in place of the script's own is about to leave. */
  REFUSED: 4,
  /** The server answers another request in place of this one. */
  REDIRECTED: 5,
  /** The answer has left; its body is the script's output. */
  ANSWERED: 6,
  /** The output has ended. The child's exit shows whether it is complete. */
  ENDING: 7,
  /** The client gets nothing more. The script may still run. */
  OVER: 8,
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];
