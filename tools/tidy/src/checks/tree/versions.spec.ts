import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { versions } from './versions.ts';

const run = (a: object, b: object = {}) =>
  report(
    versions.run(
      makeWorkspace({
        'package.json': JSON.stringify({ version: '1.2.3', devDependencies: { jest: '30.0.0' } }),
        'libs/a/package.json': JSON.stringify({ name: '@webserv/a', version: '1.2.3', ...a }),
        'libs/b/package.json': JSON.stringify({ name: '@webserv/b', version: '1.2.3', ...b }),
      }),
    ),
  );

describe('versions', () => {
  it.each([
    [{ version: '1.2.4' }, {}, 'libs/a/package.json: version 1.2.4'],
    [{}, { dependencies: { '@webserv/a': '1.0.0' } }, 'libs/b/package.json: @webserv/a 1.0.0'],
    [{ devDependencies: { jest: '29.0.0' } }, {}, 'write 30.0.0, as package.json has it'],
    [
      { dependencies: { zod: '4.0.0' } },
      { devDependencies: { zod: '4.0.1' } },
      'libs/b/package.json: zod 4.0.1; write 4.0.0, as libs/a/package.json has it',
    ],
  ])('finds %j with %j', (a, b, message) => {
    expect(run(a, b)).toContain(message);
  });

  it('is content where they agree', () => {
    expect(
      run({ dependencies: { zod: '4.0.0' } }, { dependencies: { zod: '4.0.0', '@webserv/a': '1.2.3' } }),
    ).toBe('');
  });
});
