import type { Script } from '@webserv/methods';
import { ApplicationRun } from '../application/application-run.ts';
import type { Run, RunOwner } from '../process/run.ts';
import { ScriptProcess } from '../process/script-process.ts';
import { UntakenRun } from '../process/untaken-run.ts';
import type { Workshop } from '../workshop/workshop.ts';

/** Returns the run of a script: by its application if it has one, otherwise in a child of its own. It is not started. */
export function runOn(workshop: Workshop, script: Script, timeoutMs: number, owner: RunOwner): Run {
  const { loop, launcher } = workshop;
  if (launcher.instead !== undefined) return new UntakenRun(launcher.instead, owner);
  if (script.application === null) return new ScriptProcess(loop, launcher, owner);
  return new ApplicationRun(loop, workshop.connectionsTo(script.application), timeoutMs, owner);
}
