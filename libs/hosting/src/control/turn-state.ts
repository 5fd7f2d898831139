/** What is asked of a running server: its config again, or its program. */
export type Turn = 'reload' | 'upgrade';

/** How the reloads and upgrades of a running server go, as the file beside its pid file says it. */
export interface TurnState {
  /** One is under way. */
  readonly busy: boolean;
  /** Those that have ended since the start. */
  readonly count: number;
  /** What the last one was. */
  readonly last: Turn;
  /** Why the last one has changed nothing; '' if it has. */
  readonly problem: string;
}

export const NEVER: TurnState = { busy: false, count: 0, last: 'reload', problem: '' };

/** Why another one does not begin. */
export const UNDER_WAY = 'another reload or upgrade is under way: try again when it is over';
export const STOPPING = 'the server is stopping';

/** What is so of a configuration when it is done. */
export const DONE: Readonly<Record<Turn, string>> = {
  reload: 'is served',
  upgrade: 'is served by a new process',
};

/** The path of that file. */
export function stateFile(pidFile: string): string {
  return `${pidFile}.reload`;
}

/** @returns null if it is just being written */
export function readState(text: string): TurnState | null {
  try {
    const { busy, count, last, problem } = JSON.parse(text) as Partial<TurnState>;
    if (typeof busy !== 'boolean' || typeof count !== 'number' || typeof problem !== 'string') return null;
    return last === 'reload' || last === 'upgrade' ? { busy, count, last, problem } : null;
  } catch {
    return null;
  }
}
