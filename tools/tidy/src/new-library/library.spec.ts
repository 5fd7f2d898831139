import { newLibrary } from './library.ts';

describe('newLibrary', () => {
  const tree = new Map([
    ['CODEOWNERS', '/libs/a/ @a\n/libs/c/ @c\n\n/tools/t/ @t\n'],
    ['README.md', '| [a](libs/a/README.md) | a | none |\n\nEnd.'],
    ['tools/tidy/src/rules.ts', "{\n  'apps/webserv': {},\n}"],
    ['libs/cache/package.json', '{ "name": "@webserv/cache", "version": "0.1.0", "keywords": ["lru"] }'],
    ['libs/cache/jest.config.js', "displayName: 'cache'"],
    ['libs/cache/README.md', '# cache'],
  ]);

  it.each(['', 'Web', '../x', 'a b', 'a--b', 'a-', '2x'])('refuses the name %j', (name) => {
    expect(() => newLibrary(name, tree)).toThrow('cannot name a library');
  });

  it('takes the settings of its model and none of its pages', () => {
    const files = newLibrary('b', tree);
    expect(files.get('libs/b/jest.config.js')).toBe("displayName: 'b'");
    expect(JSON.parse(files.get('libs/b/package.json')!)).toEqual({
      name: '@webserv/b',
      version: '0.1.0',
      description: 'The b of webserv',
      keywords: ['webserv', 'b'],
    });
    expect(files.get('libs/b/README.md')).toMatch(/^# @webserv\/b\n/);
  });

  it.each([
    ['b', ['/libs/a/', '/libs/b/', '/libs/c/', '', '/tools/t/', '']],
    ['d', ['/libs/a/', '/libs/c/', '/libs/d/', '', '/tools/t/', '']],
  ])('puts the owner of %s among the others, by name', (name, order) => {
    const owners = newLibrary(name, tree).get('CODEOWNERS') ?? '';
    expect(owners.split('\n').map((line) => line.split(' ')[0])).toEqual(order);
  });

  it('has a row in the table of libraries', () => {
    expect(newLibrary('b', tree).get('README.md')).toBe(
      '| [a](libs/a/README.md) | a | none |\n| [b](libs/b/README.md) | ... | none |\n\nEnd.',
    );
  });

  it('refuses a name that CODEOWNERS has', () => {
    expect(() => newLibrary('a', tree)).toThrow('libs/a has a line in CODEOWNERS already');
  });
});
