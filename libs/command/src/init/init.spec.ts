import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, report } from '@webserv/config';
import { folderWith } from '../testing/folder.ts';
import { init } from './init.ts';
import { initText } from './init-text.ts';
import { survey } from './survey.ts';

const NONE = { PATH: '' };

describe('survey', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'nothing',
      {},
      { root: '.', built: false, index: false, php: false, cgiBin: false, precompressed: false },
    ],
    ['a page', { 'index.html': '' }, { root: '.', built: false, index: true }],
    ['a page beside a build', { 'index.html': '', 'dist/index.html': '' }, { root: '.', index: true }],
    [
      'the sources of a bundler and what it has built',
      { 'index.html': '', 'package.json': '', 'dist/index.html': '', 'dist/assets/a.js.br': '' },
      { root: 'dist', built: true, spa: true, index: true, precompressed: true },
    ],
    [
      'a built site of several pages',
      { 'package.json': '', 'dist/index.html': '', 'dist/about.html': '' },
      { root: 'dist', built: true, spa: false },
    ],
    ['a folder for what is public', { 'public/index.html': '' }, { root: 'public', built: false }],
    ['PHP', { 'index.php': '', 'lib.php': '' }, { root: '.', index: false, php: true, phpCgi: '' }],
    ['scripts', { 'cgi-bin/': '' }, { root: '.', cgiBin: true }],
  ])('finds %s', (_name, files, expected) => {
    const { path, remove } = folderWith(files);
    expect(survey(path, NONE)).toMatchObject(expected);
    remove();
  });

  it('finds the interpreter of PHP', () => {
    const { path, remove } = folderWith({ 'bin/php-cgi': '' });
    const PATH = `relative:${path}/none:${path}/bin`;
    expect(survey(path, { PATH }).phpCgi).toBe('');
    chmodSync(join(path, 'bin/php-cgi'), 0o755);
    expect(survey(path, { PATH }).phpCgi).toBe(`${path}/bin/php-cgi`);
    remove();
  });
});

describe('init', () => {
  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['a page', { 'index.html': '' }],
    ['a build', { 'package.json': '', 'build/index.html': '', 'build/index.html.gz': '' }],
    ['PHP', { 'index.php': '' }],
    ['PHP behind a page', { 'index.html': '', 'form.php': '' }],
    ['everything', { 'index.php': '', 'cgi-bin/run.sh': '#!/bin/sh\n' }],
  ])('writes a configuration without a fault for %s', (_name, files) => {
    const { path, remove } = folderWith(files);
    if (files['cgi-bin/run.sh'] !== undefined) chmodSync(join(path, 'cgi-bin/run.sh'), 0o755);
    init(path);
    const result = load(join(path, 'webserv.conf'));
    // As root, that scripts run as root is all that there is to say about it.
    const diagnostics = result.ok ? result.warnings : result.diagnostics;
    expect(report(diagnostics.filter(({ code }) => code !== 'scripts-as-root'))).toBe('');
    expect(result.ok).toBe(true);
    remove();
  });

  it('writes no config over another', () => {
    const { path, remove } = folderWith({ 'webserv.conf': 'mine' });
    expect(() => init(path)).toThrow('webserv.conf exists already, and is left as it is');
    expect(readFileSync(join(path, 'webserv.conf'), 'utf8')).toBe('mine');
    remove();
  });

  it('says why it cannot write', () => {
    expect(() => init('/nonexistent')).toThrow('webserv.conf cannot be written: ENOENT');
  });

  it('says what is missing to run PHP', () => {
    const found = {
      root: '.',
      built: false,
      spa: false,
      index: false,
      precompressed: false,
      php: true,
      cgiBin: false,
    };
    expect(initText({ ...found, phpCgi: '' })).toContain('Install php-cgi');
    expect(initText({ ...found, phpCgi: '/opt/my php/php-cgi' })).toContain(
      'cgi .php "/opt/my php/php-cgi";',
    );
  });
});
