import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import { BOUNDARIES, type Boundary, HOMES } from '../../rules.ts';

/** A row of README's table of libraries: `| [cache](libs/cache/README.md) | what it does | none |`. */
const ROW = /^\| \[[^\]]+\]\((libs\/[^/]+)\/README\.md\)\s*\|[^|]*\|([^|]*)\|/;

/** README shows who may import whom, and the table of boundaries decides it. Both say the same. */
export const table: Check = makeTable(BOUNDARIES, HOMES);

export function makeTable(
  boundaries: Readonly<Record<string, Boundary>>,
  homes: Readonly<Record<string, string>>,
): Check {
  return {
    name: 'README says who may import whom as rules.ts does',
    run({ texts }) {
      const rows = new Map<string, { line: number; text: string }>();
      for (const [index, text] of texts.find(({ path }) => path === 'README.md')?.lines.entries() ?? []) {
        const [, folder = '', last = ''] = ROW.exec(text) ?? [];
        if (folder !== '') rows.set(folder, { line: index + 1, text: last.trim() });
      }
      return Object.keys(boundaries)
        .filter((folder) => folder.startsWith('libs/'))
        .flatMap((folder): Problem[] => {
          const right = wordsOf(folder, boundaries[folder]!, homes);
          const row = rows.get(folder);
          if (row?.text === right) return [];
          const message = row === undefined ? `no row for ${folder}` : `${folder} may import: ${row.text}`;
          return [
            { file: 'README.md', line: row?.line ?? 0, message, fix: `write "${right}" in its last column` },
          ];
        });
    },
  };
}

function wordsOf(
  folder: string,
  { values, types }: Boundary,
  homes: Readonly<Record<string, string>>,
): string {
  const outside = Object.keys(homes).filter((name) => homes[name]!.startsWith(`${folder}/`));
  const named = [...values, ...outside].join(', ');
  const typed = types.length === 0 ? '' : `${types.join(', ')} (types)`;
  return [named, typed].filter((words) => words !== '').join('; ') || 'none';
}
