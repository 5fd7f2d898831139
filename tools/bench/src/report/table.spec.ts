import { figure, markdown, table } from './table.ts';

describe('table', () => {
  it('aligns words to the left and figures to the right', () => {
    const rows = [
      ['server', 'req/s', 'calls'],
      ['nginx', '9', 'recv, send'],
      ['a', '1,234', 'x'],
    ];
    expect(table(rows, [0, 2])).toBe(
      [
        'server  req/s  calls',
        '------  -----  ----------',
        'nginx       9  recv, send',
        'a       1,234  x',
        '',
      ].join('\n'),
    );
  });
});

describe('markdown', () => {
  it('is the same as Markdown, with nothing in a cell that would end it', () => {
    const rows = [
      ['server', 'req/s'],
      ['a|b', '<9'],
    ];
    expect(markdown(rows)).toBe('| server | req/s |\n| --- | --: |\n| a\\|b | &lt;9 |');
  });
});

describe('figure', () => {
  it.each([
    [0.0123, '0.01'],
    [6.345, '6.34'],
    [63.45, '63.5'],
    [634.5, '635'],
    [12345.6, '12,346'],
    [Number.NaN, '-'],
    [Number.POSITIVE_INFINITY, '-'],
  ])('%p is %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});
