import { World } from '../testing/world.ts';
import { translate } from './program.ts';

describe('PATH_TRANSLATED', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
    world.location('/app', []);
  });

  afterEach(async () => {
    expect(await world.close()).toEqual([]);
  });

  it.each([
    ['', ''],
    ['/x', '/x'],
    ['/app', ''],
    ['/app/x/y', '/x/y'],
    ['/apple', '/apple'],
  ])('of the path info %j', (pathInfo, expected) => {
    const translated = translate(world.locate(pathInfo), pathInfo);
    expect(translated).toBe(pathInfo === '' ? '' : world.root + expected);
  });
});
