import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';

const HOST_PATH = /(?<![\w.~:/}-])\/(?:work|root|tmp|home|Users)\/[\w.$-]*/g;

/** No file names a path of the machine that it was written on. A test takes its folder from os.tmpdir(). */
export const paths: Check = {
  name: 'no path of a particular machine',
  run(workspace) {
    const problems: Problem[] = [];
    for (const { path, lines } of workspace.texts) {
      lines.forEach((text, index) => {
        for (const [found] of text.matchAll(HOST_PATH)) {
          const fix = 'use a relative path, os.tmpdir(), or a neutral example such as /srv/www';
          problems.push({ file: path, line: index + 1, message: found, fix });
        }
      });
    }
    return problems;
  },
};
