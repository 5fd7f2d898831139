import { chart } from './chart.ts';

describe('chart', () => {
  const bars = [
    { name: 'webserv', value: 5, strong: true },
    { name: '<nginx> & "co"', value: 10, strong: false },
  ];
  const svg = chart('CPU', bars, (value) => `${value} us`);

  it('draws bars in proportion and marks our own', () => {
    const widths = [...svg.matchAll(/<rect class="(\w+)".* width="(\d+)"/g)].map(([, kind, width]) => [
      kind,
      Number(width),
    ]);
    expect(widths).toEqual([
      ['ours', 250],
      ['theirs', 500],
    ]);
  });

  it('escapes what it is given', () => {
    expect(svg).toContain('&lt;nginx> &amp; &quot;co&quot;');
    expect(svg).not.toContain('<nginx>');
  });
});
