import type { ScriptOutput } from '../output/script-output.ts';
import type { Run } from '../process/run.ts';
import { ORPHAN_MS } from '../process/script-process.ts';
import type { ScriptInput } from './script-input.ts';
import { Stage } from './stage.ts';

/** After the end of the output the server waits this long for the child's exit. It shows whether the output is complete. */
const EXIT_MS = 100;

/**
 * After the head of an output without Content-Length the server waits this long for the end, before it sends the answer.
 * Most scripts write once and end. Their answer then has a Content-Length and takes one send, not two. If the script goes
 * on, the answer leaves after this time, or after 64 KiB.
 */
const LENGTH_MS = 2;

/** After a request has waited this long for a turn, the slowest reader of another script's output gives up its place. */
const PRESS_MS = 1000;

/** The event that a request waits for. Every wait has a deadline. */
export const Wait = {
  /** No event, or one with a deadline elsewhere: the connection watches the client, and a child's alarm watches its end. */
  NONE: 0,
  /** The next tick: a reply must not leave from within a call of the intake. */
  NOW: 1,
  /** The end of another child. The wait repeats until `timeoutMs` have passed in all. */
  TURN: 2,
  /** The script reads, writes or ends. */
  SCRIPT: 3,
  /** The child's exit, right after the end of its output. */
  EXIT: 4,
  /** The end of a process that the script left behind, and that holds its output open. */
  ORPHAN: 5,
  /** The end of a short output, before the answer leaves. */
  LENGTH: 6,
} as const;
export type Wait = (typeof Wait)[keyof typeof Wait];

/** Returns the milliseconds of a wait. @param timeoutMs `cgi_timeout` of the location */
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

/** Returns the event that a request in a stage waits for. Nothing but the stage counts before the script has started. */
export function waitFor(
  stage: Stage,
  run: Run | null,
  output: ScriptOutput | null,
  input: ScriptInput | null,
): Wait {
  if (stage === Stage.REFUSED) return Wait.NOW;
  if (stage === Stage.QUEUED) return Wait.TURN;
  if (run === null || output === null) return Wait.NONE;
  if (stage === Stage.MEASURING) return Wait.LENGTH;
  if (run.exited) return output.reading ? Wait.ORPHAN : Wait.NONE;
  if (run.ending) return Wait.NONE;
  if (stage === Stage.ENDING) return Wait.EXIT;
  const owes = stage === Stage.OVER || output.reading || output.ended || (input?.pending ?? false);
  return owes ? Wait.SCRIPT : Wait.NONE;
}
