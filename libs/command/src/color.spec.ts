import { chooseColor } from './color.ts';

describe('chooseColor', () => {
  it.each<[string | undefined, NodeJS.ProcessEnv, NodeJS.ProcessEnv]>([
    [undefined, { NO_COLOR: '1' }, { NO_COLOR: '1' }],
    ['auto', { NO_COLOR: '1' }, { NO_COLOR: '1' }],
    ['always', { NO_COLOR: '1' }, { FORCE_COLOR: '1' }],
    ['never', { FORCE_COLOR: '1' }, { NO_COLOR: '1' }],
  ])('%s', (when, env, expected) => {
    chooseColor(when, env);
    expect(env).toEqual(expected);
  });
});
