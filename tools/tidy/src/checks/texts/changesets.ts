import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';

const FILE = /^\.changeset\/(?!README\.md$)[^/]+\.md$/;
const HEAD = /^---\n((?:(?:'[^'\n]+'|"[^"\n]+"|[\w-]+): (?:patch|minor|major)\n)+)---\n\n\S/;

/** A release reads these files, and stops at the first one that it cannot read. */
export const changesets: Check = {
  name: 'a release can read each changeset',
  run({ texts, packages }) {
    const names = new Set(packages.map(({ manifest }) => manifest.name));
    const problems: Problem[] = [];
    for (const { path, text } of texts) {
      if (!FILE.test(path)) continue;
      const [, releases = ''] = HEAD.exec(text) ?? [];
      if (releases === '') {
        problems.push({
          file: path,
          line: 1,
          message: 'no head of a changeset',
          fix: "begin it with a line ---, one such as 'webserv': minor for each package, ---, and an empty line",
        });
      }
      releases.split('\n').forEach((release, index) => {
        const name = release.replace(/: \w+$/, '').replaceAll(/['"]/g, '');
        if (name !== '' && !names.has(name)) {
          problems.push({
            file: path,
            line: index + 2,
            message: `no package ${name}`,
            fix: 'name one of the workspace',
          });
        }
      });
    }
    return problems;
  },
};
