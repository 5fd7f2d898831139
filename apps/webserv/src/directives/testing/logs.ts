import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place, Probe } from './probe.ts';

/** Which of two logs has the line of a request that is made here. */
async function logOf(place: Place, words: string): Promise<string> {
  const target = `/none-${place.turn}${words}`;
  await place.ask(place.get(target));
  const found = (): string | undefined =>
    ['a.log', 'b.log'].find((name) => textOf(place, name).includes(target));
  await place.until(() => found() !== undefined);
  return found() as string;
}

function textOf(place: Place, name: string): string {
  try {
    return readFileSync(join(place.site.folder, name), 'utf8');
  } catch {
    return '';
  }
}

/** The two logs. */
export const LOGS: Readonly<Record<string, Probe>> = {
  access_log: {
    settings: [
      ['access_log a.log buffer=0;', 'a.log'],
      ['access_log b.log buffer=0;', 'b.log'],
    ],
    observe: (place) => logOf(place, 'access'),
  },
  error_log: {
    settings: [
      ['error_log a.log info buffer=0;', 'a.log'],
      ['error_log b.log info buffer=0;', 'b.log'],
    ],
    observe: (place) => logOf(place, 'error'),
  },
};
