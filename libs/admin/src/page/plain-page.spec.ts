import { plainPage } from './plain-page.ts';

describe('plainPage', () => {
  it('shows facts, tables and lines, all of them as text', () => {
    const bad = '<script>"&</script>';
    const { body, headers } = plainPage('runs', [
      { heading: bad, facts: [[bad, bad]] },
      { heading: 'b', columns: [bad], rows: [[bad], [{ text: bad, href: `runs?id=${bad}` }]] },
      { heading: 'c', lines: [bad] },
    ]);
    expect(body).not.toContain('<script');
    expect(body).toContain('href="runs?id=&#60;script&#62;&#34;&#38;&#60;/script&#62;"');
    expect(new Map(headers).get('Content-Security-Policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
  });
});
