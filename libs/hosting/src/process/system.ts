import type { Hashing } from '@webserv/accounts';
import { type Launcher, systemLauncher } from '@webserv/cgi';
import { type ServerFiles, TreeFiles, type UploadSystem, uploadStore, uploadSystem } from '@webserv/disk';
import type { Loop } from '@webserv/event-loop';
import { type LogSystem, logSystem } from '@webserv/logger';
import type { Services, Store, Trace } from '@webserv/methods';
import { nodePaths, type Paths } from '@webserv/pages';

/** What a server uses of the system beside its multiplexer. A program may supply its own. */
export interface System {
  /** Makes the disk that the methods of one server read. */
  readonly files: (loop: Loop) => ServerFiles;
  /** The folders and links on the way to a file, for its watches. */
  readonly paths: Paths;
  /** The files in the upload folders, and the folders themselves. */
  readonly store: Store;
  readonly uploads: UploadSystem;
  /** Child processes and their files. */
  readonly launcher: Launcher;
  readonly logs: LogSystem;
  /** Makes what compares passwords; by default the thread of the loop does, which suits a program that serves nobody. */
  readonly hashing?: () => Hashing;
  /** Writes the files of uploads; by default over the loop. */
  readonly writer?: Services['writer'];
  /** Hears why requests are answered as they are. Absent in a server that serves. */
  readonly trace?: Trace;
}

/** The system that this process runs on. */
export const realSystem: System = {
  files: (loop) => new TreeFiles(loop),
  paths: nodePaths,
  store: uploadStore,
  uploads: uploadSystem,
  launcher: systemLauncher,
  logs: logSystem,
};
