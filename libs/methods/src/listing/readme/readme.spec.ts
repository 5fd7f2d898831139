import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Fixture, PLAIN_LISTING } from '../../testing/fixture.ts';

let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  site.location('/', { autoIndex: 'on' });
});

afterEach(() => site.close());

/** What the page shows of a README; null if it shows none. */
async function shown(target = '/'): Promise<string | null> {
  const { text } = await site.send('GET', target);
  expect(text).toMatch(/<\/html>\n$/);
  return /<article [^>]*>\n([\s\S]*)<\/article>/.exec(text)?.[1] ?? null;
}

async function markdown(text: string): Promise<string> {
  site.file('www/README.md', text);
  return (await shown()) ?? '';
}

describe('a README', () => {
  it('stands under the list as a page, and is none for programs', async () => {
    site.file('www/docs/README.md', '# Title\n\nSee [the *guide*](guide/a.md) and ![](a.png).\n\n- one\n');
    expect(await shown('/docs/')).toBe(
      '<h1>Title</h1>\n<p>See <a href="guide/a.md">the <em>guide</em></a> and <img src="a.png" alt="" loading="lazy">.</p>\n<ul>\n<li>one</li>\n</ul>\n',
    );
    const { text } = await site.send('GET', '/docs/?format=json');
    expect(text).not.toContain('Title');
    expect(await shown('/docs/?q=nothing&sort=size')).toContain('Title');
  });

  it.each([
    [['README.md', 'README', 'readme.txt'], 'README.md'],
    [['readme.md', 'README.MD', 'Readme.md'], 'README.MD'],
    [['README', 'readme.TXT'], 'readme.TXT'],
    [['ReadMe'], 'ReadMe'],
    [['README.rst', 'README.md.bak', 'xREADME.md', 'README.html'], null],
  ])('of %j is %s', async (names, expected) => {
    for (const name of names) site.file(`www/${name}`, `I am ${name}`);
    const found = await shown();
    if (expected === null) expect(found).toBeNull();
    else expect(found).toContain(`I am ${expected}<`);
  });

  it('is left out where the location says so', async () => {
    site.file('www/README.md', 'hello');
    site.location('/', { autoIndex: 'on', listing: { ...PLAIN_LISTING, readme: false } });
    expect(await shown()).toBeNull();
  });

  it('without Markdown is text as it is', async () => {
    site.file('www/README', '# a < b\n  "c"\n');
    expect(await shown()).toBe('<pre># a &#60; b\n  &#34;c&#34;\n</pre>\n');
  });

  it('is read again when it changes, and otherwise not', async () => {
    const { files } = site.services;
    let reads = 0;
    const { reader } = site.services;
    site.services = {
      ...site.services,
      reader: (fd, owner) => {
        reads++;
        return reader(fd, owner);
      },
      files,
    };
    site.now = Date.now() + 100_000;
    expect(await markdown('first')).toContain('first');
    expect(await shown()).toContain('first');
    expect(await shown('/?sort=size')).toContain('first');
    expect(reads).toBe(1);
    expect(await markdown('second one')).toContain('second one');
    expect(reads).toBe(2);
  });

  it('that is large, empty, or cannot be read is not shown, and the list is', async () => {
    for (const text of ['', ' \n\t\n', 'x'.repeat((128 << 10) + 1)]) {
      site.file('www/README.md', text);
      expect(await shown()).toBeNull();
    }
    site.file('www/README.md', 'there');
    const { reader } = site.services;
    site.services = {
      ...site.services,
      reader: (fd, owner) => {
        const real = reader(fd, { got: () => owner.failed(-5), failed: (errno) => owner.failed(errno) });
        return real;
      },
    };
    expect(await shown()).toBeNull();
  });

  it('is one that GET would give', async () => {
    site.file('outside.md', 'secret');
    symlinkSync('../outside.md', join(site.root, 'README.md'));
    expect(await shown()).toBeNull();
    rmSync(join(site.root, 'README.md'));
    mkdirSync(join(site.root, 'README.md'));
    site.file('www/README', 'text');
    expect(await shown()).toContain('text');
    rmSync(join(site.root, 'README'));
    site.file('www/README.txt', 'other');
    site.location('/README.txt', { autoIndex: 'off' });
    expect(await shown()).toBeNull();
  });

  it('is no script, and no link to one', async () => {
    site.file('www/run.md', 'secret');
    symlinkSync('run.md', join(site.root, 'README.md'));
    const cgi = [{ kind: 'script', name: 'run.md', path: join(site.root, 'run.md') }] as const;
    site.location('/', { autoIndex: 'on', cgi });
    expect(await shown()).toBeNull();
  });

  it('that a client has stored is shown where uploads may act', async () => {
    const files = { autoIndex: 'on', root: site.uploads, uploadPath: site.uploads } as const;
    site.file('uploads/README.md', 'hello');
    site.location('/files', files);
    expect(await shown('/files/')).toBeNull();
    site.location('/files', { ...files, uploadInert: false });
    expect(await shown('/files/')).toContain('hello');
  });

  it('of many listings at once is made once for each', async () => {
    site.file('www/README.md', 'text **strong**\n'.repeat(1000));
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => shown(`/?q=${'x'.repeat(index)}`)),
    );
    for (const answer of answers) expect(answer).toContain('<strong>strong</strong>');
  });

  it('that is longer than a piece arrives whole, whatever its characters', async () => {
    for (const shift of ['', 'a']) {
      site.file('www/README.txt', `${shift}${'🦉'.repeat(30_000)}`);
      expect(await shown()).toBe(`<pre>${shift}${'🦉'.repeat(30_000)}</pre>\n`);
    }
  });
});

describe('Markdown of any kind', () => {
  it.each([
    ['<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n'],
    ['[a](javascript:alert(1))', '<p>[a](javascript:alert(1))</p>\n'],
    ['[a](JaVaScript&colon;alert(1))', '<p>[a](JaVaScript:alert(1))</p>\n'],
    ['[a](data:text/html,x)', '<p>[a](data:text/html,x)</p>\n'],
    ['<javascript:alert(1)>', '<p>&lt;javascript:alert(1)&gt;</p>\n'],
    ['![a](http://b.c/d.png)', '<p><a href="http://b.c/d.png">a</a></p>\n'],
    ['![](//b.c/d.png)', '<p><a href="//b.c/d.png">//b.c/d.png</a></p>\n'],
    ['[![<b>](http://b.c/d.png)](e)', '<p><a href="e">&lt;b&gt;</a></p>\n'],
    ['http://a.b/ README.md x@y.z', '<p><a href="http://a.b/">http://a.b/</a> README.md x@y.z</p>\n'],
    [
      'a|b\n-:|-\n1|2',
      '<table>\n<thead>\n<tr>\n<th align="right">a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align="right">1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n',
    ],
  ])('%j', async (text, html) => {
    expect(await markdown(text)).toBe(html);
  });

  /** As it stands in a page: text, and tags of these names with attributes of these names. */
  const TAGS =
    /<\/?(?:h[1-6]|p|a|em|strong|s|code|pre|ul|ol|li|blockquote|hr|br|img|table|thead|tbody|tr|th|td)((?: (?:href|src|alt|title|loading|class|align|start)="[^"<>]*")*)>/g;

  it('is text and the tags of Markdown', async () => {
    const marks = '<>"\'`*_[]()!#-+|\\&;:/\n ~=1.a'.split('');
    const words = [
      '<a href=x onclick=y>',
      'javascript:',
      '](',
      '![',
      'http://',
      '&lt;',
      '```\n',
      '"><script>',
    ];
    const texts = fc.array(fc.constantFrom(...marks, ...words), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(texts, async (parts) => {
        const html = await markdown(parts.join(''));
        const rest = html.replace(TAGS, (_, attributes: string) => {
          expect(attributes).not.toMatch(/(?:href|src)="\s*(?:javascript|vbscript|data):/i);
          return '';
        });
        expect(rest).not.toContain('<');
      }),
      { numRuns: 200 },
    );
  });

  const SIZE = 128 << 10;
  const filled = (text: string, size = SIZE): string =>
    text.repeat(Math.ceil(size / text.length)).slice(0, size);

  it.each([
    ['a long link that is mentioned often', `[a]: /${'x'.repeat(SIZE / 2)}\n\n${filled('[a]', SIZE / 3)}`],
    ['lists in lists', filled('- - - - - - a\n')],
    ['a table of empty cells', `|${'a|'.repeat(500)}\n|${'-|'.repeat(500)}\n${filled('|\n', 100_000)}`],
    ['a long table', `a|b\n-|-\n${filled('a|b\n', 100_000)}`],
    ['brackets', filled('![')],
    ['quotes', filled('> ')],
  ])('that is made to cost much ends: %s', async (_name, text) => {
    const html = await markdown(text);
    expect(html.length).toBeGreaterThan(0);
    expect(html.length).toBeLessThan(700 << 10);
    // The thread that it may have ended is followed by another one.
    writeFileSync(join(site.root, 'README.md'), '*next*');
    expect(await shown()).toBe('<p><em>next</em></p>\n');
  });
});
