import type { Problems } from '../diagnostics/diagnostic.ts';
import type { Config, Location, Server } from '../model/types.ts';
import type { Claim } from './claim.ts';
import type { Level } from './level.ts';

/** What building needs besides the settings. */
export interface Surroundings {
  readonly problems: Problems;
  readonly claims: Claim[];
  /** Returns the absolute path of a program whose name has no slash, or null. */
  findProgram(name: string): string | null;
}

/** A server or location and the level that it was built from. */
export interface Built<T> {
  readonly value: T;
  readonly level: Level;
}

export interface Draft {
  readonly config: Config;
  readonly main: Level;
  readonly servers: readonly Built<Server>[];
  /** The locations of each server, in the order of the servers. */
  readonly locations: readonly (readonly Built<Location>[])[];
}
