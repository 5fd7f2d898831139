import { userInfo } from 'node:os';
import { accountOf } from './account.ts';

describe('an account', () => {
  it('is found by its name, with its numbers', () => {
    const { username, uid, gid } = userInfo();
    expect(accountOf(username)).toEqual({ uid, gid });
    expect(accountOf('root')).toEqual({ uid: 0, gid: 0 });
  });

  it('that is not there is null', () => {
    expect(accountOf('no-such-account')).toBeNull();
    expect(accountOf('')).toBeNull();
  });
});
