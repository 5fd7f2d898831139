import { ERRNO } from '@webserv/event-loop';
import type { InputPipe, OutputPipe } from './pipe.ts';
import type { Program, RequestProgram, Run, RunOwner } from './run.ts';

/** The run of a script that is shown to somebody and does not take place: for its owner it could not be started. */
export class UntakenRun implements Run {
  readonly exited = true;
  readonly killed = false;
  readonly ending = false;
  private readonly show: (program: Program) => void;
  private readonly owner: RunOwner;

  constructor(show: (program: Program) => void, owner: RunOwner) {
    this.show = show;
    this.owner = owner;
  }

  get input(): InputPipe {
    throw new Error('a run that does not take place has no input');
  }

  get output(): OutputPipe {
    throw new Error('a run that does not take place has no output');
  }

  start({ file, args, env, cwd, stdin }: RequestProgram): void {
    // A copy: what is shown outlasts the request.
    this.show({ file, args, env, cwd, stdin });
    this.owner.notStarted(-ERRNO.ENOSYS);
  }

  end(): void {}

  kill(): void {}
}
