import { type Launcher, systemLauncher } from '@webserv/cgi';
import { TreeFiles, type UploadSystem, uploadStore, uploadSystem } from '@webserv/disk';
import { type LogSystem, logSystem } from '@webserv/logger';
import type { Files, Store } from '@webserv/methods';
import { nodePaths, type Paths } from '@webserv/pages';

/** The disk of one server. It keeps parts of the disk open. */
export interface ServerFiles extends Files {
  dispose(): void;
}

/** What a server uses of the system beside its multiplexer. A program may supply its own. */
export interface System {
  /** Makes the disk that the methods of one server read. @param round returns the number of the loop's round */
  readonly files: (round: () => number) => ServerFiles;
  /** The folders and links on the way to a file, for its watches. */
  readonly paths: Paths;
  /** The files in the upload folders, and the folders themselves. */
  readonly store: Store;
  readonly uploads: UploadSystem;
  /** Child processes and their files. */
  readonly launcher: Launcher;
  readonly logs: LogSystem;
}

/** The system that this process runs on. */
export const realSystem: System = {
  files: (round) => new TreeFiles(round),
  paths: nodePaths,
  store: uploadStore,
  uploads: uploadSystem,
  launcher: systemLauncher,
  logs: logSystem,
};
