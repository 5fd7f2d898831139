import { FakeDriver } from './driver/fake/fake-driver.ts';
import { Loop } from './index.ts';

describe('a tick', () => {
  it('that a driver breaks off is followed by another', () => {
    const driver = new FakeDriver({ seed: 1 });
    const loop = Loop.open({ driver, hosted: false });
    const { deliver } = driver;
    driver.deliver = () => {
      throw new Error('broken');
    };
    expect(() => loop.tick(0)).toThrow('broken');
    driver.deliver = deliver;
    expect(loop.tick(0)).toBe(0);
    loop.dispose();
  });
});
