import { memoryDisk } from '../disk/memory-disk.ts';
import { loadText } from '../load.ts';
import { report, toJson } from './report.ts';

function diagnostics(text: string, files: Record<string, string> = {}) {
  const result = loadText(text, 'a.conf', memoryDisk(files));
  return result.ok ? result.warnings : result.diagnostics;
}

describe('report', () => {
  it('is empty where there is nothing to say', () => {
    expect(report([])).toBe('');
    expect(toJson([])).toBe('[]\n');
  });

  it('colours only when asked to', () => {
    const found = diagnostics('usee epoll;');
    expect(report(found)).not.toContain('\x1b');
    expect(report(found, { color: true })).toContain('\x1b[1;31merror:\x1b[0m');
  });

  it('shows the text of a config on a terminal without obeying it', () => {
    const shown = report(diagnostics('"\x1b]0;title\x07" x;\n"\u202eroot" y;'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(shown).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
  });
});

describe('toJson', () => {
  it('holds code, severity, place, message, hints and the include chain', () => {
    const found = JSON.parse(toJson(diagnostics('include b.conf;', { '/b.conf': '\n  usee epoll;' })));
    expect(found).toEqual([
      {
        code: 'unknown-directive',
        severity: 'error',
        file: 'b.conf',
        line: 2,
        column: 3,
        length: 4,
        message: 'unknown directive "usee"',
        suggestion: 'use',
        includedFrom: [{ file: 'a.conf', line: 1, column: 9, length: 6 }],
        sourceLine: '  usee epoll;',
      },
    ]);
  });
});
