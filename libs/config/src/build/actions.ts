import type { ActionWords } from '../directives/actions.ts';
import { absolutePath } from '../disk/path.ts';
import type { Action } from '../model/types.ts';
import { type Level, originOf } from './level.ts';
import type { LevelReader } from './level-reader.ts';

/** Returns the actions in force on a level: its own, and those of the block around that it does not replace. */
export function buildActions(reader: LevelReader, level: Level = reader.level): readonly Action[] {
  const outer = level.parent === null ? [] : buildActions(reader, level.parent);
  const own = new Map<string, Action>();
  for (const setting of level.all('action')) {
    const { ext, program, methods }: ActionWords = setting.value;
    const { folder } = setting.directive.source;
    own.set(ext, { ext, program: program === null ? null : absolutePath(folder, program), methods });
    reader.mark(`action ${ext}`, originOf(setting, level));
  }
  if (own.size === 0) return outer;
  return [...outer.filter(({ ext, program }) => program !== null && !own.has(ext)), ...own.values()];
}
