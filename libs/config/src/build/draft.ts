import type { Problems } from '../diagnostics/diagnostic.ts';
import type { Config, Location, Server } from '../model/types.ts';
import type { Claim } from './claim.ts';
import type { Level } from './level.ts';

/** What building needs to know besides the text. */
export interface Surroundings {
  readonly problems: Problems;
  readonly claims: Claim[];
  /** The absolute path of a program named without a slash, or null. */
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
  /** By server, in the same order. */
  readonly locations: readonly (readonly Built<Location>[])[];
}
