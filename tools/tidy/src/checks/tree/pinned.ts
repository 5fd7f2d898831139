import type { Check } from '../../check.ts';

const USES = /^\s*(?:-\s*)?uses:\s*([^\s#]+)/;

/** A tag can move to other code, a hash cannot. So a workflow names an action by its whole hash, its version beside it. */
export const pinned: Check = {
  name: 'actions are pinned by hash',
  run({ texts }) {
    return texts
      .filter(({ path }) => path.startsWith('.github/'))
      .flatMap(({ path, lines }) =>
        lines.flatMap((text, index) => {
          const action = USES.exec(text)?.[1];
          if (action === undefined || action.startsWith('./')) return [];
          if (/@[0-9a-f]{40}$/.test(action) && /\s# v\d/.test(text)) return [];
          return [
            {
              file: path,
              line: index + 1,
              message: `${action} can become other code`,
              fix: 'name the whole hash of the commit, and the version in a comment',
            },
          ];
        }),
      );
  },
};
