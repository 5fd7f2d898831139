// `types { }`: extension to MIME type, the nearer block over the one around.

import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { wordSpan } from '../syntax/directive.ts';
import type { Taker } from './inherit.ts';
import { type Level, originOf } from './level.ts';

/** The types of a block over those around it; the same map where the block has none. */
export function mergeTypes(
  outer: ReadonlyMap<string, string>,
  level: Level,
  taker: Taker,
  problems: Problems,
): ReadonlyMap<string, string> {
  for (let around: Level | null = level; around !== null; around = around.parent) {
    const block = around.childrenOf('types')[0];
    if (block === undefined) continue;
    taker.mark('types', originOf(block.opening, around));
    break;
  }
  const own = typeEntries(level, problems);
  return own.size === 0 ? outer : new Map([...outer, ...own]);
}

/** The entries of the `types` blocks directly in a level. An extension named twice is a warning. */
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
