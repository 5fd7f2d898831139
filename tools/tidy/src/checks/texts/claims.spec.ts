import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { claims } from './claims.ts';

const KEY = '| key | tests |\n| --- | --- |\n| AB | [a.spec.ts](../libs/a/src/a.spec.ts) |\n';
const run = (page: string) =>
  report(
    claims.run(
      makeWorkspace({ 'docs/PAGE.md': page, 'libs/a/src/a.spec.ts': "it('holds water', () => {});" }),
    ),
  );

describe('claims', () => {
  it.each([
    [`${KEY}shown by \`AB: holds wine\``, 'docs/PAGE.md:4: no test "holds wine" in libs/a/src/a.spec.ts'],
    [`${KEY}\`AB: holds water\` and \`XY: holds water\``, 'docs/PAGE.md:4: XY does not name a file of tests'],
    [
      KEY.replace('a.spec.ts) ', 'b.spec.ts) ').concat('`AB: holds water`'),
      'AB does not name a file of tests',
    ],
  ])('finds %j', (page, message) => {
    expect(run(page)).toContain(message);
  });

  it.each([
    `${KEY}shown by \`AB: holds water\``,
    'no table: `AB: anything`',
    `${KEY}\`GET / HTTP/1.1\` and \`Host: a\``,
  ])('believes %j', (page) => {
    expect(run(page)).toBe('');
  });
});
