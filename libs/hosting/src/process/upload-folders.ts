import type { Config } from '@webserv/config';
import type { UploadSystem } from '@webserv/disk';
import { errnoMessage } from '@webserv/event-loop';
import type { ErrorLog } from '@webserv/logger';
import { uploadFoldersOf } from '@webserv/methods';

/** The upload folders of a config, which the server holds while it runs. */
export class UploadFolders {
  private readonly system: UploadSystem;
  private readonly claimed: string[] = [];

  constructor(system: UploadSystem) {
    this.system = system;
  }

  /** Claims each folder, and removes what crashes have left. It reports a folder without a lock, and still uses it. */
  claim(config: Config, log: ErrorLog, nowMs: number): void {
    for (const folder of uploadFoldersOf(config.servers)) {
      const result = this.system.claim(folder, nowMs);
      if (result < 0) log.warn(`uploads: no lock in ${folder}: ${errnoMessage(result)}`, { path: folder });
      else this.claimed.push(folder);
    }
  }

  release(): void {
    for (const folder of this.claimed.splice(0)) this.system.release(folder);
  }
}
