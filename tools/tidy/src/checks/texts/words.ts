import type { Check } from '../../check.ts';
import { isTest } from '../../workspace.ts';

/** The page that names the words, and where they stand in its examples. */
const GUIDE = 'docs/WRITING.md';

/** Words that a reader stumbles over, and the usual ones. */
const UNUSUAL: readonly (readonly [RegExp, string])[] = [
  [/\b(?:is|are|was|were) told\b(?! apart)/, '"reported", "called back" or "gets"'],
  [/\bto be had\b/, '"available"'],
  [/\bin rest\b/, '"when idle"'],
  [/\bmend(?:s|ed|ing)?\b/, '"fix"'],
  [/\bWhoever\b/, '"a caller that" or "a client that"'],
  [/\b(?:would|might|could) else\b/, '"otherwise"'],
  [/\bis all one\b/, '"does not matter"'],
  [/\bbut for\b/, '"except"'],
];

/** The title of a test that a page names: `KEY: title`. */
const TITLE = /`[A-Z]{2}: [^`]+`/g;

/** Comments, messages and pages use the usual word. Titles of tests and helpers of tests are left to their reviewers. */
export const words: Check = {
  name: 'comments and pages use the usual word',
  run({ texts }) {
    return texts
      .filter(({ path }) => /\.(ts|mjs|cjs|md)$/.test(path) && !isTest(path) && path !== GUIDE)
      .filter(({ path }) => !path.startsWith('tools/tidy/'))
      .flatMap(({ path, lines }) =>
        lines.flatMap((text, index) =>
          UNUSUAL.flatMap(([pattern, usual]) => {
            const [found] = pattern.exec(text.replaceAll(TITLE, '')) ?? [];
            if (found === undefined) return [];
            const fix = `write ${usual}, as ${GUIDE} asks`;
            return [{ file: path, line: index + 1, message: `"${found}" is hard to read`, fix }];
          }),
        ),
      );
  },
};
