import fc from 'fast-check';
import { Problems } from '../diagnostics/diagnostic.ts';
import { Source } from '../diagnostics/position.ts';
import { report } from '../diagnostics/report.ts';
import type { Context, Row } from '../directives/row.ts';
import { allRows, rowIn } from '../directives/table.ts';
import { memoryDisk } from '../disk/memory-disk.ts';
import { loadText } from '../load.ts';
import type { Directive } from '../syntax/directive.ts';
import { parse } from '../syntax/parse.ts';
import type { Statement } from '../syntax/print.ts';
import { configText, type LocationBlock, type MainBlock } from './config-text.ts';

const EXAMPLE: MainBlock = {
  use: 'epoll',
  server: {
    listen: [8080, '[::1]:8080'],
    server_name: ['example.org', '*.example.org'],
    body_size: '10m',
    error: [
      [404, '/srv/404.html'],
      [500, '/srv/50 x.html', 502, '/srv/50 x.html'],
    ],
    types: { 'text/x-note': ['note', 'memo'], 'text/x-one': 'one' },
    location: {
      '/': { root: '/srv', auto_index: true, upload_path: undefined },
      '/old': { redirection: [308, 'https://example.org/new'] },
      '/cgi': { root: '/srv', method: ['GET', 'POST'], cgi: [['.php', '/usr/bin/php-cgi'], ['.cgi']] },
    },
  },
};

const TEXT = `use epoll;
server {
  listen 8080;
  listen [::1]:8080;
  server_name example.org *.example.org;
  body_size 10m;
  error 404 /srv/404.html;
  error 500 "/srv/50 x.html" 502 "/srv/50 x.html";
  types {
    text/x-note note memo;
    text/x-one one;
  }
  location / {
    root /srv;
    auto_index on;
  }
  location /old {
    redirection 308 https://example.org/new;
  }
  location /cgi {
    root /srv;
    method GET POST;
    cgi .php /usr/bin/php-cgi;
    cgi .cgi;
  }
}
`;

function parsed(text: string) {
  const problems = new Problems();
  const tree = parse(new Source('a.conf', '/a.conf', text), 'main', problems);
  return { tree: plain(tree), problems: report(problems.sorted()) };
}

function plain(tree: readonly Directive[]): Statement[] {
  return tree.map(({ name, args, block }) => ({
    name: name.text,
    args: args.map(({ text }) => text),
    block: block === null ? null : plain(block),
  }));
}

describe('configText', () => {
  it('writes an object as a config', () => {
    expect(configText(EXAMPLE)).toBe(TEXT);
  });

  it('writes what loads', () => {
    const disk = memoryDisk({
      '/srv/404.html': '',
      '/srv/50 x.html': '',
      '/srv/index.html': '',
      '/usr/bin/php-cgi': { mode: 'rx' },
    });
    const result = loadText(configText(EXAMPLE), '/site.conf', disk);
    if (!result.ok) throw new Error(report(result.diagnostics));
    expect(result.config).toMatchObject({
      use: 'epoll',
      servers: [
        {
          listens: [{ key: '0.0.0.0:8080' }, { key: '[::1]:8080' }],
          names: ['example.org', '*.example.org'],
          locations: [
            { prefix: '/', autoIndex: 'on', bodySize: 10 * 1024 * 1024 },
            { redirection: { status: 308, url: 'https://example.org/new' } },
            {
              cgi: [
                { ext: '.php', interpreter: '/usr/bin/php-cgi' },
                { ext: '.cgi', interpreter: '' },
              ],
            },
          ],
        },
      ],
    });
  });

  it.each<[string, MainBlock, string]>([
    ['several servers', { server: [{}, {}] }, 'server {\n}\nserver {\n}\n'],
    ['one rule of two words', location({ cgi: ['.php', 'php-cgi'] }), 'cgi .php php-cgi;'],
    ['one rule of one word', location({ cgi: '*' }), 'cgi *;'],
    [
      'a list where one word is taken',
      { include: ['a.conf', 'b.conf'] },
      'include a.conf;\ninclude b.conf;\n',
    ],
    [
      'several words where a list is several directives',
      { server: { listen: [80, ['443', 'tls']] } },
      'listen 80;\n  listen 443 tls;\n',
    ],
    ['no page', { server: { error: [] } }, 'server {\n}\n'],
    ['no directive', { include: [], server: [] }, ''],
    ['flags', location({ auto_index: false, symlinks: true }), 'auto_index off;\n    symlinks on;'],
    ['numbers', location({ body_size: 4000, send_timeout: 3 }), 'body_size 4000;\n    send_timeout 3;'],
  ])('%s', (_, main, text) => {
    expect(configText(main)).toContain(text);
  });

  it('has types that follow the table of directives', () => {
    // @ts-expect-error no such directive
    configText({ sever: {} });
    // @ts-expect-error it stands in a server
    configText({ listen: 80 });
    // @ts-expect-error no such driver
    configText({ use: 'epol' });
    // @ts-expect-error a flag
    configText(location({ auto_index: 'yes' }));
    // @ts-expect-error not in a location
    configText(location({ max_connect: 3 }));
    // @ts-expect-error one word
    configText(location({ root: ['a', 'b'] }));
    // @ts-expect-error a block
    configText({ server: 'example.org' });
    // @ts-expect-error one block
    configText({ server: { location: [{ root: 'a' }, 'b'] } });
    expect(allRows().every((row) => row.block === null || row.max <= 1 || row.name === 'location')).toBe(
      true,
    );
  });

  it('leaves what the types forbid to the parser', () => {
    const wrong = {
      sever: { a: 1 },
      server: { root: null, 'x; }': 'y', location: { '/': { lisen: ['a b'] } } },
    };
    const { problems } = parsed(configText(wrong as unknown as MainBlock));
    expect(problems).toContain('unknown directive "sever"');
    expect(problems).toContain('unknown directive "x; }"');
    expect(problems).toContain('unknown directive "lisen"');
  });

  it('is read back word for word, whatever the strings', () => {
    fc.assert(
      fc.property(blockIn('main'), (block) => {
        const { tree, problems } = parsed(configText(block as MainBlock));
        expect(problems).toBe('');
        expect(tree).toEqual(expected('main', block));
      }),
      { numRuns: 300 },
    );
  });

  it('has a control character reported, which the language cannot spell', () => {
    const control = fc.constantFrom(...'\0\x01\x08\x0b\x0c\x1b\x1f\x7f');
    fc.assert(
      fc.property(hostile, control, hostile, (before, sign, after) => {
        const { tree, problems } = parsed(configText({ user: `${before}${sign}${after}`, use: 'poll' }));
        expect(problems).toContain('control character U+');
        expect(tree.map(({ name }) => name)).toEqual(['user', 'use']);
      }),
    );
  });
});

function location(block: LocationBlock): MainBlock {
  return { server: { location: { '/': block } } };
}

const hostile = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc
      .array(
        fc.constantFrom(
          ...'{};#"\'\\ \n\r\t',
          'on',
          '\\n',
          '$x',
          'server {',
          '}\n',
          '\u2028',
          '\ufeff',
          '경로',
          '\u{1f600}',
        ),
        { maxLength: 6 },
      )
      .map((parts) => parts.join('')),
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they have no spelling; another test covers them
  .map((text) => text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, ''));

type Code = Record<string, unknown>;

function blockIn(context: Context): fc.Arbitrary<Code> {
  if (context === 'types') return fc.dictionary(fc.constantFrom('text/x-a', 'text/x-b'), wordsOf(1, 4));
  const rows = allRows().filter((row) => row.contexts.includes(context));
  const given = Object.fromEntries(rows.map((row) => [row.name, codeFor(row)]));
  return fc
    .subarray(
      rows.map(({ name }) => name),
      { maxLength: 6 },
    )
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, given[name]!]))));
}

function wordsOf(least: number, most: number): fc.Arbitrary<unknown> {
  return fc.array(hostile, { minLength: least, maxLength: Math.min(most, 4) });
}

function codeFor(row: Row): fc.Arbitrary<unknown> {
  const { block, min, max, repeat, each } = row;
  if (block !== null && max === 0)
    return fc.oneof(blockIn(block), fc.array(blockIn(block), { maxLength: 2 }));
  if (block !== null) return fc.dictionary(hostile, blockIn(block), { maxKeys: 3, noNullPrototype: true });
  const several = fc.array(wordsOf(min, max), { maxLength: 3 });
  if ((max === 1 || each) && repeat === 'many') return fc.oneof(hostile, wordsOf(0, 4), several);
  return repeat === 'many' ? fc.oneof(wordsOf(min, max), several) : wordsOf(min, max);
}

/** Returns what has to be read back, by the rules and not by the code under test. */
function expected(context: Context, code: Code): Statement[] {
  return Object.entries(code).flatMap(([name, value]): Statement[] => {
    const row = rowIn(context, name)!;
    if (row.block !== null && row.max === 0) {
      return [value].flat().map((each) => ({ name, args: [], block: expected(row.block!, each as Code) }));
    }
    if (row.block !== null) {
      return Object.entries(value as Code).map(([key, each]) => ({
        name,
        args: [key],
        block: expected(row.block!, each as Code),
      }));
    }
    if (typeof value === 'string') return [{ name, args: [value], block: null }];
    const list = value as readonly (string | string[])[];
    const nested = list.some((each) => Array.isArray(each));
    if (nested) return list.map((each) => ({ name, args: each as string[], block: null }));
    if (row.repeat === 'many' && (row.max === 1 || row.each))
      return list.map((each) => ({ name, args: [each as string], block: null }));
    if (row.repeat === 'many' && list.length === 0) return [];
    return [{ name, args: list as string[], block: null }];
  });
}
