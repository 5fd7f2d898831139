import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { boundaries } from './boundaries.ts';

const EXPORTS = {
  '.': './src/index.ts',
  './testing': './src/testing.ts',
  './testing/random': './src/random.ts',
};

function run(path: string, text: string): string {
  const manifest = (name: string) => JSON.stringify({ name: `@webserv/${name}`, exports: EXPORTS });
  return report(
    boundaries.run(
      makeWorkspace({
        'libs/event-loop/package.json': manifest('event-loop'),
        'libs/request/package.json': manifest('request'),
        'libs/config/package.json': manifest('config'),
        [path]: text,
      }),
    ),
  );
}

describe('boundaries', () => {
  it.each([
    ['libs/request/src/a.ts', "import { x } from '@webserv/response';", 'may not import response'],
    ['libs/request/src/a.ts', "export * from '@webserv/response';", 'may not import response'],
    ['libs/request/src/a.ts', "const x = await import('@webserv/response');", 'may not import response'],
    ['libs/request/src/a.spec.ts', "import { x } from '@webserv/response';", 'may not import response'],
    ['libs/methods/src/a.ts', "import { x } from '@webserv/config';", 'only types from config'],
    ['libs/methods/src/a.ts', "import { type X } from '@webserv/config';", 'only types from config'],
    ['libs/logger/src/a.ts', "import { x } from '@webserv/event-loop/testing';", 'is for tests'],
    ['libs/logger/src/a.ts', "import { x } from '@webserv/event-loop/testing/random';", 'is for tests'],
    ['libs/logger/src/a.ts', "import { x } from '@webserv/event-loop/src/op.ts';", 'not a public entry'],
    ['libs/request/src/a.ts', "import { x } from '../../../config/src/a.ts';", 'leaves libs/request'],
    ['tools/bench/src/a.ts', "import { x } from '../../../../libs/config/src/a.ts';", 'leaves tools/bench'],
    ['libs/novelty/src/a.ts', 'export const x = 1;', 'no row'],
  ])('%s: %s', (path, text, message) => {
    expect(run(path, text)).toContain(message);
  });

  it.each([
    ['libs/methods/src/a.ts', "import type { X } from '@webserv/config';"],
    ['libs/methods/src/a.ts', "type X = import('@webserv/config').X;"],
    ['libs/methods/src/a.ts', "import { x } from '@webserv/request';"],
    ['libs/methods/src/a.spec.ts', "import { x } from '@webserv/config';"],
    ['libs/logger/src/a.spec.ts', "import { x } from '@webserv/event-loop/testing';"],
    ['libs/request/src/deep/a.ts', "import { x } from '../b.ts';"],
    ['apps/webserv/src/a.ts', "import { x } from '@webserv/event-loop';"],
    ['tools/bench/src/a.ts', "import { x } from '@webserv/request';"],
  ])('allows %s: %s', (path, text) => {
    expect(run(path, text)).toBe('');
  });

  it('names the line and the fix', () => {
    expect(run('libs/request/src/a.ts', "\n// é\nimport { x } from '@webserv/cache';")).toBe(
      'libs/request/src/a.ts:3: may not import cache; ' +
        'hand the value in from the app, or argue for a new row in tools/tidy/src/rules.ts',
    );
  });
});
