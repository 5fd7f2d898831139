import type { EnvWords } from '../directives/scripts.ts';
import { type Level, originOf } from './level.ts';
import type { LevelReader } from './level-reader.ts';

/** Returns the variables in force on a level: its own, and those of the block around that it does not replace. */
export function buildEnv(reader: LevelReader, level: Level = reader.level): readonly EnvWords[] {
  const outer = level.parent === null ? [] : buildEnv(reader, level.parent);
  const own = new Map<string, string | null>();
  for (const setting of level.all('env')) {
    const [name, value] = setting.value;
    own.set(name, value);
    reader.mark(`env ${value === null ? '-' : ''}${name}`, originOf(setting, level));
  }
  return [...outer.filter(([name, value]) => value !== null && !own.has(name)), ...own];
}
