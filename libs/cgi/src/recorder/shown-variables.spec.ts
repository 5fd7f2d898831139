import { shownVariables, withoutSecrets } from './shown-variables.ts';

describe('shownVariables', () => {
  it.each([
    ['HTTP_AUTHORIZATION=Basic YTpi', 'HTTP_AUTHORIZATION=***'],
    ['HTTP_COOKIE=id=1', 'HTTP_COOKIE=***'],
    ['HTTP_PROXY_AUTHORIZATION=x', 'HTTP_PROXY_AUTHORIZATION=***'],
    ['HTTP_X_API_KEY=x', 'HTTP_X_API_KEY=***'],
    ['HTTP_X_CSRF_TOKEN=x', 'HTTP_X_CSRF_TOKEN=***'],
    ['DB_PASSWORD=of the config', 'DB_PASSWORD=***'],
    ['GIT_PROJECT_ROOT=/srv', 'GIT_PROJECT_ROOT=***'],
    ['AUTH_TYPE=Basic', 'AUTH_TYPE=Basic'],
    ['REMOTE_USER=a', 'REMOTE_USER=a'],
    ['SSL_CLIENT_S_DN=CN=a', 'SSL_CLIENT_S_DN=CN=a'],
    ['HTTP_ACCEPT=*/*', 'HTTP_ACCEPT=*/*'],
    ['QUERY_STRING=token=abc&b=2', 'QUERY_STRING=token=***&b=2'],
    ['REQUEST_URI=/a?b=2&access_token=abc', 'REQUEST_URI=/a?b=2&access_token=***'],
    ['HTTP_REFERER=https://a:b@example.org/?x=1', 'HTTP_REFERER=https://***@example.org/?x=1'],
    ['EMPTY=', 'EMPTY=***'],
  ])('%s', (entry, expected) => {
    expect(shownVariables([entry])).toEqual([expected]);
    expect(shownVariables([Buffer.from(entry)])).toEqual([expected]);
  });

  it('keeps the beginning of a long value', () => {
    expect(withoutSecrets('a'.repeat(5000))).toBe(`${'a'.repeat(1024)}...`);
  });

  it('takes no longer for a value that is made to be slow', () => {
    const began = performance.now();
    for (const piece of ['token', '&key', '://', 'a@', '=&']) withoutSecrets(`${piece.repeat(1000)}=`);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
