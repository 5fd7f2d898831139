import type { Reply } from '@webserv/response';
import type { Room } from './disk/room.ts';

/** The sender of the request, as an intake sees it. */
export interface IntakeClient {
  /** The answer, exactly once, and not from within `open`. It may come before the body is complete. */
  reply(reply: Reply): void;
  /** Called after `take` returned false: the intake takes more now. Also called when it has come to want the body. */
  resume(): void;
}

/**
 * A method at work on a request with a body, or on one that takes time: bytes of the body go in, one reply comes out.
 *
 *     open -> taking --(take returns false)--> paused --resume()--> taking ... --finish()--> finished
 *                 any state --reply()--> answered         any state --abort()--> over
 *
 * After `reply` the intake gets nothing more. What it held is released, or belongs to the reply.
 */
export interface Intake {
  /** Whether the method needs the body: only then a waiting client gets 100 (Continue). It may become true later. */
  readonly wantsBody: boolean;
  /** Called once, before everything else. */
  open(client: IntakeClient): void;
  /**
   * Takes bytes of the content, which are valid during this call only. The intake writes or copies what it keeps.
   * @returns false if the caller must wait for `client.resume()`
   */
  take(bytes: Buffer, start: number, end: number): boolean;
  /**
   * Returns the place for the next received bytes, framing included, or null if the place does not matter. The room belongs
   * to the caller until the next `take`.
   */
  room?(): Room | null;
  /** The body is complete (at once if there is none). */
  finish(): void;
  /** The body broke off, or the client has gone. The intake undoes what it began, and sends no reply. */
  abort(): void;
}

/** The result of the method stage for a request. */
export type Outcome = Reply | Intake;
