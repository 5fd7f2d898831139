// What the table prints, as files in golden/. `npm run golden -w libs/command` writes them again; read the difference before
// you commit it. The programs that read these files in earnest have a look at them too.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHELLS, SHOWN } from '../table/subcommands.ts';
import { completionText } from './completion.ts';
import { helpText, usageText } from './help.ts';
import { manText } from './man.ts';

const FOLDER = join(__dirname, 'golden');

const FILES: readonly [string, string][] = [
  ['help.txt', helpText()],
  ['help-of-commands.txt', SHOWN.map(({ name }) => helpText(name)).join('\n')],
  ['usage.txt', usageText()],
  ['webserv.1', manText('0.0.0')],
  ...SHELLS.map((shell): [string, string] => [`completion.${shell}`, completionText(shell) ?? '']),
];

function has(program: string): boolean {
  return spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status === 0;
}

describe('the table of the command line prints', () => {
  it.each(FILES)('%s', (name, text) => {
    const file = join(FOLDER, name);
    if (process.env['UPDATE_GOLDEN'] !== undefined) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
    expect(text).toMatch(/[^\n]\n$/);
  });

  it('help that fits 80 columns', () => {
    expect(
      helpText()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  it.each(SHELLS)('completions that %s reads', (shell) => {
    // Each shell may be missing: .ci/run installs them.
    if (!has(shell)) return;
    const { status, stderr } = spawnSync(shell, ['-n', join(FOLDER, `completion.${shell}`)], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('a manual page without a fault', () => {
    // mandoc may be missing: .ci/run installs it.
    if (!has('mandoc')) return;
    const { stdout } = spawnSync('mandoc', ['-T', 'lint', join(FOLDER, 'webserv.1')], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});

describe('bash completes', () => {
  /** What bash offers for the last word. */
  function offered(...words: string[]): string[] {
    const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); compopt() { :; }; _webserv; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const args = ['-c', script, join(FOLDER, 'completion.bash'), 'webserv', ...words];
    const { stdout } = spawnSync('bash', args, { encoding: 'utf8', cwd: FOLDER });
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  }

  it.each<[string[], string[]]>([
    [['--po'], ['--port', '--port-auto']],
    [
      ['--color', 'a'],
      ['always', 'auto'],
    ],
    [['--color', '=', 'n'], ['never']],
    [['ini'], ['init']],
    [['usa'], ['usage.txt']],
    [['-c', 'help.'], ['help.txt']],
    [['completion', 'f'], ['fish']],
    [['--port', '8'], []],
  ])('%j', (words, expected) => {
    // bash may be missing on the BSDs.
    if (!has('bash')) return;
    expect(offered(...words)).toEqual(expected);
  });
});

describe('fish completes', () => {
  it.each<[string, string[]]>([
    ['webserv --po', ['--port', '--port-auto']],
    ['webserv --color a', ['always', 'auto']],
    ['webserv ini', ['init']],
    ['webserv completion z', ['zsh']],
  ])('%s', (line, expected) => {
    // fish may be missing: .ci/run installs it.
    if (!has('fish')) return;
    const script = `source ${join(FOLDER, 'completion.fish')}; complete -C '${line}'`;
    const { stdout } = spawnSync('fish', ['-N', '-c', script], { encoding: 'utf8', cwd: FOLDER });
    const words = stdout
      .split('\n')
      .map((each) => each.split('\t')[0])
      .filter((each) => each !== '');
    expect(words.sort()).toEqual(expected);
  });
});
