/** How the reloads of a running server go, as the file beside its pid file says it. */
export interface ReloadState {
  /** One is under way. */
  readonly busy: boolean;
  /** Reloads that have ended since the start. */
  readonly count: number;
  /** Why the last one has changed nothing; '' if it has. */
  readonly problem: string;
}

export const NEVER: ReloadState = { busy: false, count: 0, problem: '' };

/** The path of that file. */
export function stateFile(pidFile: string): string {
  return `${pidFile}.reload`;
}

/** @returns null if it is just being written */
export function readState(text: string): ReloadState | null {
  try {
    const { busy, count, problem } = JSON.parse(text) as Partial<ReloadState>;
    if (typeof busy !== 'boolean' || typeof count !== 'number' || typeof problem !== 'string') return null;
    return { busy, count, problem };
  } catch {
    return null;
  }
}
