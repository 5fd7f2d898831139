import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { pinned } from './pinned.ts';

const HASH = '0123456789abcdef0123456789abcdef01234567';

function found(line: string): string {
  return report(pinned.run(makeWorkspace({ '.github/workflows/ci.yml': `jobs:\n${line}\n` })));
}

describe('pinned', () => {
  it.each(['- uses: a/b@v4', '  uses: a/b@main', `- uses: a/b@${HASH}`, `- uses: a/b@${HASH.slice(1)} # v1`])(
    'finds %s',
    (line) => {
      expect(found(line)).toContain('ci.yml:2: a/b@');
    },
  );

  it.each([`- uses: a/b@${HASH} # v4.1.0`, '- uses: ./.github/actions/a', '- run: .ci/run'])(
    'passes %s',
    (line) => {
      expect(found(line)).toBe('');
    },
  );
});
