import type { EnvEntry, ScriptRequest } from '../program/env.ts';
import type { InputPipe, OutputPipe } from './pipe.ts';

/** What is run. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: readonly EnvEntry[];
  readonly cwd: string;
  /** The descriptor that a script reads if its request has no body; -1 if it has one. */
  readonly stdin: number;
}

/**
 * The program to run for a request. A child takes all of it, an application only the request's variables. It is made of the
 * request's head when it is asked for, and so only while the request lasts.
 */
export interface RequestProgram extends Program {
  readonly request: ScriptRequest;
}

/** The owner of a child. */
export interface ProcessOwner {
  /** The script runs. `input` and `output` are its owner's from now on. Not called if the owner called `end` before. */
  started(): void;
  /** The script could not be started. Nothing is left open. May be called from within `start`. */
  notStarted(errno: number): void;
  /** The run is over. @param status its exit code, or 256 + the signal that ended it */
  exited(status: number): void;
  /** Reports one line that the script wrote to stderr, or a line about its end. */
  said(line: string): void;
}

/** The owner of a run. */
export interface RunOwner extends ProcessOwner {
  /** The application has failed in the middle. `exited` follows. */
  broke(errno: number, place: string): void;
}

/**
 * One script at work for one request: a child of its own (`ScriptProcess`), or a request to an application that was there
 * before (`ApplicationRun`). An implementer owes: after `start` either `notStarted` is called, once, or `exited`, once and
 * last; `end` brings about the end within about a second, whatever the script does, and `kill` at once.
 */
export interface Run {
  /** The ends of the script's stdin and stdout, from `started` on. There is an input only if the request has a body. */
  readonly input: InputPipe;
  readonly output: OutputPipe;
  /** `exited` was called, or is about to be. */
  readonly exited: boolean;
  /** It ended before its time: by a signal, or with its connection. */
  readonly killed: boolean;
  /** `end` or `kill` was called. */
  readonly ending: boolean;
  start(program: RequestProgram): void;
  end(): void;
  kill(): void;
}
