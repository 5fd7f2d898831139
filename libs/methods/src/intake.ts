import type { Reply } from '@webserv/response';
import type { Room } from './disk/room.ts';

/** The sender of the request, as an intake sees it. */
export interface IntakeClient {
  /** The answer, exactly once, and not from within `open`. It may come before the body is complete. */
  reply(reply: Reply): void;
  /** After `take` has returned false: more may come. */
  resume(): void;
}

/**
 * A method at work on a request that it must read, or that takes its time: bytes of the body go in, one reply comes out.
 *
 *     open -> taking --(take returns false)--> paused --resume()--> taking ... --finish()--> finished
 *                 any state --reply()--> answered         any state --abort()--> over
 *
 * After `reply`, nothing more is given to it: what it holds belongs to the reply from then on, or has been let go.
 */
export interface Intake {
  /** Whether the body is wanted: only then does a waiting client get 100 (Continue). */
  readonly wantsBody: boolean;
  /** Called once, before everything else. */
  open(client: IntakeClient): void;
  /**
   * Payload bytes, good during this call only: what must be kept is copied or has been written.
   * @returns false to be given no more until it calls `client.resume()`
   */
  take(bytes: Buffer, start: number, end: number): boolean;
  /**
   * Where the next bytes of the body may be received, framing included, or null if the place does not matter. The room
   * belongs to the caller until the next `take`.
   */
  room?(): Room | null;
  /** The body is complete (at once where there is none). */
  finish(): void;
  /** The body broke off, or the client has gone: undo what was begun. No reply is wanted any more. */
  abort(): void;
}

/** What the method stage makes of a request. */
export type Outcome = Reply | Intake;
