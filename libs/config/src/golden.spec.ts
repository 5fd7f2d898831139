// Every file in golden/ is a case: a config, `---- NAME` before each further file, and after a last `----` the
// result. The result is the report and, for a config that loads, the effective config without its defaults. `npm run
// golden` writes the results again; read the difference before you commit it.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problems } from './diagnostics/diagnostic.ts';
import { Source } from './diagnostics/position.ts';
import { report } from './diagnostics/report.ts';
import type { CertificateFacts } from './disk/certificate-facts.ts';
import { type MemoryEntry, memoryDisk } from './disk/memory-disk.ts';
import { loadText } from './load.ts';
import { configText, type MainBlock } from './output/config-text.ts';
import { effective } from './output/effective.ts';
import type { Directive } from './syntax/directive.ts';
import { parse } from './syntax/parse.ts';
import { packConfig } from './transfer/pack.ts';
import { ConfigUnpacker } from './transfer/unpack.ts';

const { UPDATE_GOLDEN } = process.env;
const FOLDER = join(__dirname, 'golden');
const HOME = '/etc/webserv';

const GOOD: CertificateFacts = { faults: [], signs: 'ECDSA', names: [], daysSinceStart: 10, daysLeft: 80 };

/** The disk of every case, before its own files. */
const DISK: Readonly<Record<string, string | MemoryEntry>> = {
  [`${HOME}/storage/static/index.html`]: '',
  [`${HOME}/storage/static/introduce.html`]: '',
  [`${HOME}/storage/static/static_page.html`]: '',
  [`${HOME}/storage/static/redirection.html`]: '',
  [`${HOME}/storage/static/post.html`]: '',
  [`${HOME}/storage/static/delete.html`]: '',
  [`${HOME}/storage/static/mime.types`]: 'types {\n  text/html html htm;\n  image/svg+xml svg;\n}\n',
  [`${HOME}/storage/static/unreadable.html`]: { mode: '' },
  [`${HOME}/storage/static/large.css`]: 'a'.repeat((64 << 10) + 1),
  [`${HOME}/storage/temp/var1/`]: {},
  [`${HOME}/storage/readonly/`]: { mode: 'rx' },
  [`${HOME}/storage/locked/`]: { mode: 'r' },
  [`${HOME}/storage/log/`]: {},
  [`${HOME}/storage/log/sealed.log`]: { mode: 'r' },
  [`${HOME}/storage/loc/400.html`]: '',
  [`${HOME}/storage/loc/403.html`]: '',
  [`${HOME}/storage/loc/404.html`]: '',
  [`${HOME}/storage/loc/500.html`]: '',
  [`${HOME}/storage/loc/501.html`]: '',
  [`${HOME}/storage/loc/505.html`]: '',
  [`${HOME}/storage/cgi/cgi.py`]: { text: '#!/usr/bin/python3\n', mode: 'rwx' },
  [`${HOME}/storage/cgi/plain.py`]: '',
  [`${HOME}/storage/cgi/test_cgi_1.html`]: '',
  [`${HOME}/storage/cgi2/cgi.py`]: { text: '#!/usr/bin/python3\n', mode: 'rwx' },
  [`${HOME}/storage/cgi2/test_cgi_2.html`]: '',
  [`${HOME}/storage/bin/man2html`]: { text: '\x7fELF', mode: 'rwx' },
  [`${HOME}/storage/bin/man.cgi`]: { text: '#!/bin/sh\n', mode: 'rwx' },
  [`${HOME}/storage/bin/more.cgi`]: { text: '#! /usr/bin/env python3\n', mode: 'rwx' },
  [`${HOME}/storage/bin/man.conf`]: '',
  [`${HOME}/storage/broken/gitweb.cgi`]: { link: '/usr/share/gitweb/gitweb.cgi' },
  [`${HOME}/storage/broken/perl.cgi`]: { text: '#!/usr/local/bin/perl6 -w\n', mode: 'rwx' },
  [`${HOME}/storage/broken/env.cgi`]: { text: '#!/usr/bin/env ruby\n', mode: 'rwx' },
  [`${HOME}/storage/broken/dos.cgi`]: { text: '#!/bin/sh\r\necho\r\n', mode: 'rwx' },
  [`${HOME}/storage/broken/text.cgi`]: { text: 'echo hello\n', mode: 'rwx' },
  [`${HOME}/storage/broken/mark.cgi`]: { text: '\xef\xbb\xbf#!/bin/sh\n', mode: 'rwx' },
  [`${HOME}/storage/broken/folder.cgi`]: { text: '#!/usr/bin\n', mode: 'rwx' },
  [`${HOME}/storage/broken/sealed.cgi`]: { text: '#!/bin/sh\n', mode: 'x' },
  [`${HOME}/storage/broken/.dot.cgi`]: { text: '#!/bin/sh\n', mode: 'rwx' },
  [`${HOME}/storage/broken/plain.cgi`]: '#!/bin/sh\n',
  [`${HOME}/storage/broken/sub/man.cgi`]: { text: '#!/bin/sh\n', mode: 'rwx' },
  [`${HOME}/storage/php/index.php`]: '',
  [`${HOME}/storage/php/err.php`]: '',
  [`${HOME}/storage/php/err.html`]: { link: `${HOME}/storage/php/err.php` },
  [`${HOME}/storage/php/up/`]: {},
  [`${HOME}/storage/php/.up/`]: {},
  [`${HOME}/storage/php/up/inner/man.cgi`]: { text: '#!/bin/sh\n', mode: 'rwx' },
  [`${HOME}/storage/linked`]: { link: `${HOME}/storage/php` },
  [`${HOME}/tls/site.pem`]: {
    certificate: { ...GOOD, names: ['example.org', '*.example.org', '192.0.2.1'] },
  },
  [`${HOME}/tls/rsa.pem`]: { certificate: { ...GOOD, signs: 'RSA', names: ['example.org'] } },
  [`${HOME}/tls/old.pem`]: { certificate: { ...GOOD, names: ['old.example'], daysLeft: -3.5 } },
  [`${HOME}/tls/soon.pem`]: { certificate: { ...GOOD, names: ['soon.example'], daysLeft: 5.2 } },
  [`${HOME}/tls/early.pem`]: { certificate: { ...GOOD, names: [], daysSinceStart: -1.2 } },
  [`${HOME}/tls/broken.pem`]: {
    certificate: {
      ...GOOD,
      faults: [
        { part: 'chain', message: 'this file holds no certificate', expected: '-----BEGIN CERTIFICATE-----' },
        { part: 'key', message: 'this key cannot be read', expected: 'a private key as PEM' },
      ],
    },
  },
  [`${HOME}/tls/site.key`]: '',
  [`${HOME}/tls/rsa.key`]: '',
  [`${HOME}/tls/ca.pem`]: '',
  [`${HOME}/tls/empty.pem`]: { authoritiesFault: 'this file holds no certificate' },
  [`${HOME}/tls/tickets`]: 'k'.repeat(160),
  [`${HOME}/tls/short.tickets`]: 'k'.repeat(81),
  [`${HOME}/tls/empty.tickets`]: '',
  '/usr/share/gitweb/gitweb.cgi': { text: '#!/bin/sh\n', mode: 'rwx' },
  [`${HOME}/storage/debian/index.html`]: { link: '/usr/share/gitweb/gitweb.cgi' },
  '/usr/bin/env': { mode: 'rx' },
  '/bin/sh': { mode: 'rx' },
  '/usr/bin/python3': { mode: 'rx' },
  '/usr/bin/php-cgi': { mode: 'rx' },
};

interface Case {
  readonly main: string;
  readonly files: Readonly<Record<string, string>>;
  readonly expected: string;
}

function readCase(text: string): Case {
  const parts = text.split(/^----(.*)\n/m);
  const files: Record<string, string> = {};
  for (let index = 1; index + 2 < parts.length; index += 2) {
    files[`${HOME}/${parts[index]!.trim()}`] = parts[index + 1]!;
  }
  return { main: parts[0]!, files, expected: parts.length > 1 ? parts.at(-1)! : '' };
}

function run({ main, files }: Case, full: boolean): string {
  const result = loadText(main, `${HOME}/webserv.conf`, memoryDisk({ ...DISK, ...files }));
  const shown = result.ok
    ? report(result.warnings) + effective(result.config, { defaults: full })
    : report(result.diagnostics);
  return shown.replaceAll(`${HOME}/webserv.conf`, 'webserv.conf').replaceAll(`${HOME}/`, '/…/');
}

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

describe('golden cases', () => {
  it('are at least sixty', () => {
    expect(names.length).toBeGreaterThanOrEqual(60);
  });

  it.each(names)('%s', (name) => {
    const path = join(FOLDER, name);
    const text = readFileSync(path, 'utf8');
    const read = readCase(text);
    const actual = run(read, name.startsWith('full-'));
    if (UPDATE_GOLDEN === '1') {
      const inputs = text.slice(0, text.length - read.expected.length).replace(/\n----\n$/, '\n');
      writeFileSync(path, `${inputs}----\n${actual}`);
      return;
    }
    expect(actual).toBe(read.expected);
  });

  it('whatever loads, loads again from its own effective config to the same', () => {
    let loaded = 0;
    for (const name of names) {
      const { main, files } = readCase(readFileSync(join(FOLDER, name), 'utf8'));
      const disk = memoryDisk({ ...DISK, ...files });
      const first = loadText(main, `${HOME}/webserv.conf`, disk);
      if (!first.ok) continue;
      loaded += 1;
      for (const defaults of [true, false]) {
        const text = effective(first.config, { defaults });
        const again = loadText(text, `${HOME}/webserv.conf`, disk);
        if (!again.ok) throw new Error(`${name}: ${report(again.diagnostics)}${text}`);
        if (first.warnings.length === 0) expect(report(again.warnings)).toBe('');
        expect(withoutPlaces(again.config)).toEqual(withoutPlaces(first.config));
      }
    }
    expect(loaded).toBeGreaterThan(20);
  });

  it('whatever loads is the same in another process', () => {
    for (const name of names) {
      const { main, files } = readCase(readFileSync(join(FOLDER, name), 'utf8'));
      const first = loadText(main, `${HOME}/webserv.conf`, memoryDisk({ ...DISK, ...files }));
      if (!first.ok) continue;
      const unpacker = new ConfigUnpacker();
      const lines = [...packConfig(first.config)];
      const config = lines.map((line) => unpacker.take(line)).at(-1);
      if (config === null || config === undefined) throw new Error(name);
      expect([...packConfig(config)]).toEqual(lines);
      expect(withoutPlaces(config)).toEqual(withoutPlaces(first.config));
    }
  });

  it('whatever loads, loads from code to the same', () => {
    let loaded = 0;
    for (const name of names) {
      const { main, files } = readCase(readFileSync(join(FOLDER, name), 'utf8'));
      const disk = memoryDisk({ ...DISK, ...files });
      const first = loadText(main, `${HOME}/webserv.conf`, disk);
      if (!first.ok) continue;
      loaded += 1;
      const tree = parse(new Source('', '/', main), 'main', new Problems());
      const again = loadText(configText(asCode(tree) as MainBlock), `${HOME}/webserv.conf`, disk);
      if (!again.ok) throw new Error(`${name}: ${report(again.diagnostics)}`);
      expect(again.warnings.map(({ code }) => code)).toEqual(first.warnings.map(({ code }) => code));
      expect(withoutPlaces(again.config)).toEqual(withoutPlaces(first.config));
    }
    expect(loaded).toBeGreaterThan(20);
  });
});

/** Turns a block into code. Directives of one name come together at the place of the first of them. */
function asCode(tree: readonly Directive[]): object {
  const code: Record<string, unknown> = {};
  for (const { name, args, block, row } of tree) {
    const words = args.map(({ text }) => text);
    const list = (code[name.text] ?? []) as unknown[];
    if (block === null) code[name.text] = row?.repeat === 'many' ? [...list, words] : words;
    else if (words.length === 0) code[name.text] = [...list, asCode(block)];
    else code[name.text] = { ...(code[name.text] as object), [words.join(' ')]: asCode(block) };
  }
  return code;
}

/** Leaves out places and the spelling of addresses, in which the two texts differ. */
function withoutPlaces(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, field: unknown) => {
      if (key === 'at' || key === 'origins' || key === 'text') return undefined;
      if (field instanceof Map) return Object.fromEntries(field);
      return field instanceof Set ? [...field] : field;
    }),
  );
}
