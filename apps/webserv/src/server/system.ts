import { type Launcher, systemLauncher } from '@webserv/cgi';
import { TreeFiles, type UploadSystem, uploadStore, uploadSystem } from '@webserv/disk';
import { type LogSystem, logSystem } from '@webserv/logger';
import type { Files, Store } from '@webserv/methods';
import { nodePaths, type Paths } from '@webserv/pages';

/** The disk of one server, and what it keeps open of it. */
export interface ServerFiles extends Files {
  dispose(): void;
}

/** What a server asks of the system beside its multiplexer. A program may put another one in its place. */
export interface System {
  /** The disk as the methods read it, for one server. @param round the number of the loop's round */
  readonly files: (round: () => number) => ServerFiles;
  /** The folders and links on the way to a file, for its watches. */
  readonly paths: Paths;
  /** The names in the folders that uploads go to, and the folders themselves. */
  readonly store: Store;
  readonly uploads: UploadSystem;
  /** Children and their files. */
  readonly launcher: Launcher;
  readonly logs: LogSystem;
}

/** The one that this process runs on. */
export const realSystem: System = {
  files: (round) => new TreeFiles(round),
  paths: nodePaths,
  store: uploadStore,
  uploads: uploadSystem,
  launcher: systemLauncher,
  logs: logSystem,
};
