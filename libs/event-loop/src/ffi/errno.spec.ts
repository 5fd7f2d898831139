import { ERRNO, errnoMessage, errnoName } from './errno.ts';

describe('errno', () => {
  it.each([
    [0, 'OK'],
    [17, 'OK'],
    [-ERRNO.ECONNRESET, 'ECONNRESET'],
    [-ERRNO.EMFILE, 'EMFILE'],
    // libuv's table lacks it.
    [-ERRNO.ECHILD, 'ECHILD'],
    [-9999, 'E9999'],
  ])('%p is %s', (result, name) => expect(errnoName(result)).toBe(name));

  it('has a sentence for each', () => {
    expect(errnoMessage(-ERRNO.ECONNRESET)).toBe('connection reset by peer');
    expect(errnoMessage(-ERRNO.ECHILD)).toBe('error ECHILD');
  });
});
