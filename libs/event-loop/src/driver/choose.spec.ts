import { SYSTEM } from '../ffi/layout.ts';
import { chooseDriver, DRIVER_NAMES, type NamedDriver } from './choose.ts';

describe('chooseDriver', () => {
  it('takes the best that works, and says why not a better one', () => {
    const { driver, passedOver } = chooseDriver({ name: 'auto' });
    expect(SYSTEM === 'linux' ? ['io_uring', 'epoll'] : ['kqueue']).toContain(driver.name);
    const better = DRIVER_NAMES.slice(0, DRIVER_NAMES.indexOf(driver.name as NamedDriver));
    expect(passedOver.map((line) => line.split(':')[0])).toEqual(better);
    for (const line of passedOver) expect(line).toMatch(/^[a-z_]+: .+/);
    driver.dispose();
  });

  it.each(['poll', 'select'] as const)('takes %s where it is asked for', (name) => {
    const { driver, passedOver } = chooseDriver({ name });
    expect([driver.name, passedOver]).toEqual([name, []]);
    driver.dispose();
  });

  const impossible: [NamedDriver, RegExp][] =
    SYSTEM === 'linux'
      ? [['kqueue', /this driver is not available: kqueue: macOS and the BSDs only; "use auto"/]]
      : [
          ['epoll', /this driver is not available: epoll: Linux only/],
          ['io_uring', /this driver is not available: io_uring: Linux only/],
        ];
  it.each(impossible)('refuses %s with a reason', (name, message) => {
    expect(() => chooseDriver({ name })).toThrow(message);
  });

  it('refuses a kqueue library that is none', () => {
    const missing = { name: 'kqueue', library: '/no/such/library.so' } as const;
    expect(() => chooseDriver(missing)).toThrow(/this driver is not available: kqueue: ENOSYS/);
  });
});
