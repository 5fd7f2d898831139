import { withoutSecrets } from './without-secrets.ts';

describe('withoutSecrets', () => {
  it.each([
    ['redirection 302 https://user:pass@example.org/a;', 'redirection 302 https://***@example.org/a;'],
    ['redirection 302 https://example.org/@home;', 'redirection 302 https://example.org/@home;'],
    ['  env DB_PASSWORD "a b;c";  # server', '  env DB_PASSWORD "***";  # server'],
    ['env KEY abc;', 'env KEY "***";'],
    ['env -KEY;', 'env -KEY;'],
    ['root /srv/env KEY;', 'root /srv/env KEY;'],
  ])('%s', (text, expected) => {
    expect(withoutSecrets(text)).toBe(expected);
  });
});
