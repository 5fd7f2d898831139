import type { Config } from '@webserv/config';
import type { UploadSystem } from '@webserv/disk';
import { errnoMessage } from '@webserv/event-loop';
import { uploadFoldersOf } from '@webserv/methods';
import type { MainLog } from './main-log.ts';

/** The upload folders of the configs that are served, which the server holds meanwhile. */
export class UploadFolders {
  private readonly system: UploadSystem;
  private readonly claimed = new Set<string>();

  constructor(system: UploadSystem) {
    this.system = system;
  }

  /**
   * Claims each folder that is not held yet, and removes what crashes have left. It reports a folder without a lock, and
   * still uses it. One folder a step.
   */
  *claiming(config: Config, log: MainLog, nowMs: number): Generator<void, void> {
    for (const folder of uploadFoldersOf(config.servers)) {
      if (this.claimed.has(folder)) continue;
      const result = this.system.claim(folder, nowMs);
      if (result < 0) log.warn(`uploads: no lock in ${folder}: ${errnoMessage(result)}`, { path: folder });
      else this.claimed.add(folder);
      yield;
    }
  }

  /** Lets go of the folders that none of these configs names. */
  keep(configs: readonly Config[]): void {
    const named = new Set(configs.flatMap(({ servers }) => [...uploadFoldersOf(servers)]));
    for (const folder of this.claimed) {
      if (named.has(folder)) continue;
      this.claimed.delete(folder);
      this.system.release(folder);
    }
  }
}
