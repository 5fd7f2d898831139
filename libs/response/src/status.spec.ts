import { isStatus, neverHasContent, reasonPhrase, registeredStatuses } from './status.ts';

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

  it('lists every registered status once, ascending, each with a phrase', () => {
    const sorted = [...new Set(registeredStatuses)].sort((a, b) => a - b);
    expect(registeredStatuses).toEqual(sorted);
    expect(registeredStatuses.every((status) => reasonPhrase(status) !== '')).toBe(true);
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
    expect(registeredStatuses.filter(neverHasContent)).toEqual([100, 101, 102, 103, 204, 304]);
  });
});
