import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { links } from './links.ts';

const run = (text: string) =>
  report(
    links.run(
      makeWorkspace({ 'libs/a/README.md': text, 'docs/TENETS.md': '# The `first` tenet!\n', LICENSE: '' }),
    ),
  );

describe('links', () => {
  it.each([
    ['see [b](../b/README.md)', 'libs/a/README.md:1: ../b/README.md leads nowhere'],
    ['\n![chart](chart.svg)', 'libs/a/README.md:2: chart.svg leads nowhere'],
    ['[t](../../docs/TENETS.md#second)', 'no heading #second in docs/TENETS.md'],
    ['[here](#there)', 'no heading #there'],
  ])('finds %j', (text, message) => {
    expect(run(text)).toContain(message);
  });

  it.each([
    '[t](../../docs/TENETS.md) and [l](<../../LICENSE>)',
    '[t](../../docs/TENETS.md#the-first-tenet)',
    '[folder](../../docs/) [up](..)',
    '[web](https://www.rfc-editor.org/rfc/rfc9112) [mail](mailto:a@example.com)',
    '```\n[not](a-link.md)\n```\nand `[not](this.md)`',
    '# Here\n[here](#here)',
  ])('follows %j', (text) => {
    expect(run(text)).toBe('');
  });
});
