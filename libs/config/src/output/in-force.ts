import type { Location, Server } from '../model/types.ts';
import { writeLocation, writeServer } from './effective.ts';
import { type InForce, Writer } from './effective-writer.ts';

/** Returns the directives that say how a location answers: its own, those that it inherits, and those of its server. */
export function inForce(server: Server, location: Location): readonly InForce[] {
  return [
    ...new Map([...heard(writeServer, { ...server, locations: [] }), ...heard(writeLocation, location)]),
  ].flatMap(([, lines]) => lines);
}

/** What is written of a block, by the keys of its directives: one may stand there several times. */
function heard<Block>(write: (out: Writer, block: Block) => void, block: Block): Map<string, InForce[]> {
  const found = new Map<string, InForce[]>();
  const hear = (key: string, each: InForce): void => {
    const lines = found.get(key);
    if (lines === undefined) found.set(key, [each]);
    else lines.push(each);
  };
  write(new Writer(true, hear), block);
  return found;
}
