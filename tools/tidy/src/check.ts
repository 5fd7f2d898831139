import type { Problem } from './problem.ts';
import type { Workspace } from './workspace.ts';

/** One rule. Implementations live in checks/, one a file, each with a spec that shows it a made-up bad tree. */
export interface Check {
  readonly name: string;
  run(workspace: Workspace): Problem[];
}
