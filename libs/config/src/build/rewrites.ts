import { type Rewrite, rewriteKey } from '../model/rewrite.ts';
import { type Level, originOf } from './level.ts';
import type { LevelReader } from './level-reader.ts';

/** Returns the rules of a block itself: those of a server have applied before a location is chosen. */
export function buildRewrites(level: Level, reader: LevelReader): readonly Rewrite[] {
  return level.all('rewrite').map((setting) => {
    reader.mark(rewriteKey(setting.value), originOf(setting, level));
    return setting.value;
  });
}
