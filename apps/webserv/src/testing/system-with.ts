import type { ServerFiles } from '@webserv/disk';
import type { Loop } from '@webserv/event-loop';
import { realSystem, type System } from '@webserv/hosting';

/** The system of this process, over files of which a test replaces some calls. */
export function systemWith(replace: (files: ServerFiles) => Partial<ServerFiles>): System {
  const files = (loop: Loop): ServerFiles => {
    const real = realSystem.files(loop);
    return Object.assign(real, replace(real));
  };
  return { ...realSystem, files };
}

/** A system whose files throw when the next one is opened, once `strike` was called: a fault of the object that opens it. */
export class FaultySystem {
  private armed = false;
  readonly system: System = systemWith((files) => {
    const open = files.open.bind(files);
    return {
      open: (root, path, beneath) => {
        if (!this.armed) return open(root, path, beneath);
        this.armed = false;
        throw new Error('a fault made by the test');
      },
    };
  });

  strike(): void {
    this.armed = true;
  }
}
