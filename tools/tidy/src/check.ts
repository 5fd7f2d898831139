import type { Problem } from './problem.ts';
import type { Workspace } from './workspace.ts';

/** One rule. Each file of checks/ implements one, and its spec shows it a made-up bad tree. */
export interface Check {
  readonly name: string;
  run(workspace: Workspace): Problem[];
}
