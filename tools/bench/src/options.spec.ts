import { type Options, parseOptions, SECTIONS } from './options.ts';

describe('parseOptions', () => {
  it('has a default for everything', () => {
    expect(parseOptions(['compare'])).toMatchObject({
      pass: 'compare',
      connections: [64],
      seconds: 5,
      rounds: 5,
      size: 1024,
      site: 'page',
      before: [],
      serverCore: 0,
      clientCore: 1,
    });
    expect(parseOptions(['siege'])).toMatchObject({ peers: ['webserv'], connections: [100], seconds: 60 });
  });

  it('reads lists, sizes and commands', () => {
    const args = '--peers=webserv:epoll,nginx --connections 1,64 --size 100m --server-core none'.split(' ');
    const options = parseOptions(['compare', ...args, '--webserv', 'node a.js --quiet']) as Options;
    expect(options.peers).toEqual(['webserv:epoll', 'nginx']);
    expect(options.connections).toEqual([1, 64]);
    expect(options.size).toBe(100 * 1024 * 1024);
    expect(options.serverCore).toBeNull();
    expect(options.webserv).toEqual(['node', 'a.js', '--quiet']);
  });

  it('keeps the page of the whole lab from a part of it, or a hasty run', () => {
    const lab = (...args: string[]) => parseOptions(['lab', ...args]) as Options;
    expect(lab()).toMatchObject({ page: 'docs/PERFORMANCE.md', only: SECTIONS, quick: false });
    expect(lab('--quick').page).toBe('tools/bench/dist/results/PERFORMANCE.md');
    expect(lab('--only', 'scripts,idle')).toMatchObject({ only: ['scripts', 'idle'] });
    expect(lab('--only', 'idle', '--out', 'there').page).toBe('there/PERFORMANCE.md');
    expect(lab('--quick', '--page', 'here.md').page).toBe('here.md');
    // The parts that are left, of a lab that goes on.
    expect(lab('--continue', '--only', 'idle')).toMatchObject({
      page: 'docs/PERFORMANCE.md',
      continues: true,
    });
    expect(lab('--continue', '--minutes', '30').minutes).toBe(30);
  });

  it.each([
    [[], "'' is no pass"],
    [['race'], "'race' is no pass"],
    [['compare', '--seconds', '0'], '--seconds 0: a whole number from 1'],
    [['compare', '--connections', '64,x'], '--connections x'],
    [['compare', '--size', '1g'], '--size'],
    [['compare', '--site', 'huge'], '--site huge: one of page, deep'],
    [['lab', '--only', 'large,huge'], '--only huge'],
    [['compare', '--speed', '9'], "Unknown option '--speed'"],
  ])('%j is refused', (args, message) => {
    expect(parseOptions(args)).toEqual({ error: expect.stringContaining(message) });
  });
});
