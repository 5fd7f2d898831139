import { reasonPhrase } from '../status.ts';
import { errorPage, escapeHtml } from './error-page.ts';

const page = (status: number): string => Buffer.from(errorPage(status)).toString();

describe('errorPage', () => {
  const errors = Array.from({ length: 200 }, (_, index) => 400 + index).filter(
    (status) => reasonPhrase(status) !== '',
  );

  it.each(errors)('%i names itself, explains itself and refers to nothing outside', (status) => {
    const text = page(status);
    expect(text).toContain(`<title>${status} ${reasonPhrase(status)}</title>`);
    expect(text).toMatch(/<p>[A-Z][^<]+\.<\/p>/);
    expect(text).toContain('<footer>webserv</footer>');
    expect(text).toContain('name="viewport"');
    expect(text).toContain('prefers-color-scheme:dark');
    expect(text).not.toMatch(/https?:|src=|href=|url\(|@import|<script/);
    expect(text.length).toBeLessThan(2000);
  });

  it.each([
    [499, '499 Error'],
    [599, '599 Server Error'],
  ])('%i, which is not registered, has a title', (status, title) => {
    expect(page(status)).toContain(`<title>${title}</title>`);
  });

  it.each([100, 204, 304])('%i has no content', (status) => {
    expect(errorPage(status)).toHaveLength(0);
  });

  it('is built once', () => {
    expect(errorPage(404)).toBe(errorPage(404));
  });
});

describe('escapeHtml', () => {
  it.each([
    ['<script>alert("1")</script>', '&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;'],
    [`a&b'c`, 'a&#38;b&#39;c'],
    ['grüß 日', 'grüß 日'],
  ])('%s', (value, expected) => {
    expect(escapeHtml(value)).toBe(expected);
  });
});
