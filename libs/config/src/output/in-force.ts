import type { Location, Server } from '../model/types.ts';
import { writeLocation, writeServer } from './effective.ts';
import { type InForce, Writer } from './effective-writer.ts';

/** Returns the directives that say how a location answers: its own, those that it inherits, and those of its server. */
export function inForce(server: Server, location: Location): readonly InForce[] {
  const found = new Map<string, InForce>();
  const hear = (key: string, each: InForce) => found.set(key, each);
  writeServer(new Writer(true, hear), { ...server, locations: [] });
  writeLocation(new Writer(true, hear), location);
  return [...found.values()];
}
