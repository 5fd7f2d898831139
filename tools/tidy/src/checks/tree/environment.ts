import type { Check } from '../../check.ts';
import { OWN_VARIABLES } from '../../rules.ts';
import type { Source } from '../../source.ts';
import { isTest } from '../../workspace.ts';

const READ = /process\.env(?:\.([A-Za-z_]+)|\['([A-Za-z_]+)'\])|\{ ([A-Z_]+)[^{}]*\} = process\.env/g;

/** Nx repeats a result of `test` while its inputs are the same. So every variable that a test reads must be an input. */
export const environment: Check = {
  name: 'variables that tests read are inputs of test',
  run({ packages, texts }) {
    const inputs = namesIn(texts.find(({ path }) => path === 'nx.json'));
    return packages.flatMap(({ sources }) =>
      sources
        .filter(({ path }) => isTest(path) && !path.startsWith('tools/tidy/'))
        .flatMap(({ path, lines }) =>
          lines.flatMap((text, index) =>
            variablesIn(text)
              .filter((name) => !OWN_VARIABLES.has(name) && !inputs.has(name))
              .map((name) => ({
                file: path,
                line: index + 1,
                message: `${name} is not an input of test`,
                fix: 'add { "env": … } to "surroundings" in nx.json',
              })),
          ),
        ),
    );
  },
};

/** Returns the variables of the environment that a text reads. */
export function variablesIn(text: string): string[] {
  return Array.from(text.matchAll(READ), ([, dotted, quoted, taken]) => dotted ?? quoted ?? taken!);
}

function namesIn(file: Source | undefined): ReadonlySet<string> {
  const found = file?.text.matchAll(/"env":\s*"(\w+)"/g) ?? [];
  return new Set(Array.from(found, ([, name]) => name!));
}
