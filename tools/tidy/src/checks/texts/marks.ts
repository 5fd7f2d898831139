import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';

// The brackets keep this line from finding itself.
const MARK = /\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b/g;

/** No comment stands for work: the work is done, or it is an issue. */
export const marks: Check = {
  name: 'no work is left behind as a mark',
  run(workspace) {
    const problems: Problem[] = [];
    for (const { path, lines } of workspace.texts) {
      lines.forEach((text, index) => {
        for (const [mark] of text.matchAll(MARK)) {
          problems.push({ file: path, line: index + 1, message: mark, fix: 'do it now, or open an issue' });
        }
      });
    }
    return problems;
  },
};
