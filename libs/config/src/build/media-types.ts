// `types { }`: the MIME type of each extension. A nearer block wins over an outer one.

import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { wordSpan } from '../syntax/directive.ts';
import { type Level, originOf } from './level.ts';
import type { LevelReader } from './level-reader.ts';

/** Returns the types of a level over those around it. It is the same map if the level has none of its own. */
export function mergeTypes(
  outer: ReadonlyMap<string, string>,
  level: Level,
  reader: LevelReader,
  problems: Problems,
): ReadonlyMap<string, string> {
  for (let around: Level | null = level; around !== null; around = around.parent) {
    const block = around.childrenOf('types')[0];
    if (block === undefined) continue;
    reader.mark('types', originOf(block.opening, around));
    break;
  }
  const own = typeEntries(level, problems);
  return own.size === 0 ? outer : new Map([...outer, ...own]);
}

/** Returns the entries of the `types` blocks of a level. An extension with two types is a warning. */
function typeEntries(level: Level, problems: Problems): Map<string, string> {
  const out = new Map<string, string>();
  for (const block of level.childrenOf('types')) {
    for (const setting of block.entries()) {
      const { type, extensions } = setting.value;
      extensions.forEach((extension, index) => {
        const before = out.get(extension);
        if (before !== undefined && before !== type) {
          const message = `${quoted(extension)} already has the type ${before}; the type here replaces it`;
          problems.warn('duplicate-extension', wordSpan(setting.directive, index), message);
        }
        out.set(extension, type);
      });
    }
  }
  return out;
}
