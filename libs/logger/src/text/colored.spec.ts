import { openSync } from 'node:fs';
import { closeFile } from '@webserv/event-loop';
import { colored } from './colored.ts';

describe('colored', () => {
  const nothing = openSync('/dev/null', 'w');
  afterAll(() => closeFile(nothing));

  it.each<[string, NodeJS.ProcessEnv, boolean]>([
    ['no terminal', {}, false],
    ['FORCE_COLOR', { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, false],
    ['NO_COLOR before FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['an empty NO_COLOR', { NO_COLOR: '', FORCE_COLOR: '1' }, true],
  ])('%s', (_name, env, expected) => {
    expect(colored(nothing, env)).toBe(expected);
  });
});
