import type { Check } from '../check.ts';
import type { Source } from '../source.ts';
import { isTest } from '../workspace.ts';

const READ = /process\.env(?:\.([A-Za-z_]+)|\['([A-Za-z_]+)'\])|\{ ([A-Z_]+)[^{}]*\} = process\.env/g;

/** What a test sets itself, for its own process or for a child, and what only finds programs. */
const OWN = new Set(['KQUEUE', 'PATH', 'USE', 'WEBSERV_SECRET', 'WEBSERV_TEST_REFUSED']);

/** Nx repeats a result of `test` while its inputs are the same, so a variable that a test reads is an input. */
export const environment: Check = {
  name: 'variables that tests read are inputs of test',
  run({ packages, texts }) {
    const inputs = namesIn(texts.find(({ path }) => path === 'nx.json'));
    return packages.flatMap(({ sources }) =>
      sources
        .filter(({ path }) => isTest(path) && !path.startsWith('tools/tidy/'))
        .flatMap(({ path, lines }) =>
          lines.flatMap((text, index) =>
            [...text.matchAll(READ)]
              .map(([, dotted, quoted, taken]) => dotted ?? quoted ?? taken!)
              .filter((name) => !OWN.has(name) && !inputs.has(name))
              .map((name) => ({
                file: path,
                line: index + 1,
                message: `${name} is no input of test`,
                mend: 'add { "env": … } to "surroundings" in nx.json',
              })),
          ),
        ),
    );
  },
};

function namesIn(file: Source | undefined): ReadonlySet<string> {
  const found = file?.text.matchAll(/"env":\s*"(\w+)"/g) ?? [];
  return new Set(Array.from(found, ([, name]) => name!));
}
