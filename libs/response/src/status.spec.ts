import { STATUS_CODES } from 'node:http';
import { isStatus, neverHasContent, reasonPhrase } from './status.ts';

const statuses = Array.from({ length: 500 }, (_, index) => 100 + index);

describe('status', () => {
  it.each([
    [200, 'OK'],
    [206, 'Partial Content'],
    [304, 'Not Modified'],
    [404, 'Not Found'],
    [413, 'Content Too Large'],
    [422, 'Unprocessable Content'],
    [431, 'Request Header Fields Too Large'],
    [505, 'HTTP Version Not Supported'],
    [507, 'Insufficient Storage'],
  ])('%i is %s', (status, phrase) => {
    expect(reasonPhrase(status)).toBe(phrase);
  });

  it.each([99, 104.5, 306, 418, 299, 599, 600, -1, Number.NaN])('%d has no phrase', (status) => {
    expect(reasonPhrase(status)).toBe('');
  });

  it('each status that is registered has a phrase, and no other number', () => {
    // Node knows one that was never registered (509), and one that is registered as unused (418).
    const registered = Object.keys(STATUS_CODES).filter((status) => status !== '418' && status !== '509');
    expect(statuses.filter((status) => reasonPhrase(status) !== '').map(String)).toEqual(registered);
  });

  it.each([
    [100, true],
    [599, true],
    [99, false],
    [600, false],
    [200.5, false],
    [Number.NaN, false],
  ])('isStatus(%d) is %s', (status, expected) => {
    expect(isStatus(status)).toBe(expected);
  });

  it('knows the messages that end with their head', () => {
    const ended = statuses.filter((status) => status >= 200 && neverHasContent(status));
    expect([...ended, neverHasContent(100), neverHasContent(199)]).toEqual([204, 304, true, true]);
  });
});
