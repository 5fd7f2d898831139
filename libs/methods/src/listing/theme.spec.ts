import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Fixture, PLAIN_LISTING } from '../testing/fixture.ts';

let site: Fixture;

beforeEach(() => {
  site = new Fixture();
});

afterEach(() => site.close());

/** The styles of the page, as a browser sees them; each is one that the policy allows. */
async function styles(): Promise<string[]> {
  const { text, reply } = await site.send('GET', '/');
  const found = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style = '']) => style);
  const hashes = found.map((style) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  const policy = reply.headers.get('Content-Security-Policy') ?? '';
  expect(policy).toContain(`style-src ${hashes.join(' ')};`);
  expect((await site.send('HEAD', '/')).header('Content-Security-Policy')).toBe(policy);
  return found;
}

function useTheme(content: string | Uint8Array): string {
  const theme = site.file('theme.css', content);
  site.location('/', { autoIndex: 'on', listing: { ...PLAIN_LISTING, theme } });
  return theme;
}

it('stands behind the style of the page, and the policy knows it', async () => {
  useTheme(':root{--bg:#123}');
  expect((await styles()).slice(1)).toEqual(['\n:root{--bg:#123}\n']);
});

it.each([
  ['a{}\r\nb{}\rc{}', '\na{}\nb{}\nc{}\n'],
  [
    'a{content:"</style><script>alert(1)</script>"}',
    '\na{content:"<\\/style><script>alert(1)<\\/script>"}\n',
  ],
  ['a{content:"\0"}', '\na{content:"\ufffd"}\n'],
  [Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff]), '\na\ufffd\n'],
])('of %j is what a browser makes of it', async (content, expected) => {
  useTheme(content);
  expect((await styles()).slice(1)).toEqual([expected]);
});

it('is followed when it changes, goes, or becomes too large', async () => {
  const path = useTheme('a{}');
  expect(await styles()).toHaveLength(2);
  site.file('theme.css', 'b{color:red}');
  expect((await styles())[1]).toContain('b{color:red}');
  site.file('theme.css', ' '.repeat((64 << 10) + 1));
  expect(await styles()).toHaveLength(1);
  rmSync(path);
  expect(await styles()).toHaveLength(1);
});
