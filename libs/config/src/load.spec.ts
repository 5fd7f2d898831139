import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report } from './diagnostics/report.ts';
import { memoryDisk } from './disk/memory-disk.ts';
import { nodeDisk } from './disk/node-disk.ts';
import { load, loadText } from './node-load.ts';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'webserv-config-')));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('load', () => {
  it('reads a config from the disk, with its includes, relative to their folders', () => {
    mkdirSync(join(folder, 'sites/www'), { recursive: true });
    writeFileSync(join(folder, 'sites/www/index.html'), 'hello');
    writeFileSync(
      join(folder, 'sites/a.conf'),
      'server { root www; default_file index.html; location / { } }',
    );
    writeFileSync(join(folder, 'webserv.conf'), 'include sites/*.conf;');
    const result = load(join(folder, 'webserv.conf'));
    if (!result.ok) throw new Error(report(result.diagnostics));
    expect(result.warnings).toEqual([]);
    expect(result.config.file).toBe(join(folder, 'webserv.conf'));
    expect(result.config.servers[0]!.locations[0]).toMatchObject({
      root: join(folder, 'sites/www'),
      defaultFiles: ['index.html'],
      at: { file: join(folder, 'sites/a.conf'), line: 1, column: 45, length: 10 },
    });
  });

  it.each([
    ['missing.conf', 'cannot-read', 'it does not exist'],
    ['.', 'cannot-read', 'it is a folder'],
    ['latin1.conf', 'not-utf8', 'is not UTF-8 text'],
  ])('says why %s cannot be read', (name, code, message) => {
    writeFileSync(join(folder, 'latin1.conf'), Buffer.from('# caf\xe9', 'latin1'));
    const result = load(join(folder, name));
    expect(result).toMatchObject({ ok: false, diagnostics: [{ code, severity: 'error' }] });
    expect(!result.ok && result.diagnostics[0]!.message).toContain(message);
  });

  it('reports an include of a file that is no text at the include', () => {
    writeFileSync(join(folder, 'latin1.conf'), Buffer.from('# caf\xe9', 'latin1'));
    const result = loadText('\ninclude latin1.conf;', join(folder, 'webserv.conf'));
    expect(result).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'not-utf8', position: { line: 2, column: 9 } }],
    });
  });

  it('refuses a flood of includes without reading it all', () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 30; index += 1) {
      files[`/f${index}.conf`] = `include f${index + 1}.conf;\ninclude f${index + 1}.conf;\n`;
    }
    files['/f30.conf'] = '';
    const result = loadText('include f0.conf;', '/main.conf', memoryDisk(files));
    expect(!result.ok && result.diagnostics.some(({ code }) => code === 'include-limit')).toBe(true);
  });

  it('refuses a chain of includes that does not end', () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 40; index += 1) files[`/f${index}.conf`] = `include f${index + 1}.conf;`;
    const result = loadText('include f0.conf;', '/main.conf', memoryDisk(files));
    expect(result).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'include-limit', includedFrom: { length: 31 } }],
    });
  });
});

describe('nodeDisk', () => {
  it('tells what is there and what may be done', () => {
    const file = join(folder, 'a');
    writeFileSync(file, 'x');
    chmodSync(file, 0o644);
    expect(nodeDisk.kind(file)).toBe('file');
    expect(nodeDisk.kind(folder)).toBe('folder');
    expect(nodeDisk.kind('/dev/null')).toBe('other');
    expect(nodeDisk.kind(join(file, 'b'))).toBe('none');
    expect(nodeDisk.kind(join(folder, 'b'))).toBe('none');
    expect(nodeDisk.can(file, 'read')).toBe(true);
    expect(nodeDisk.can(file, 'run')).toBe(false);
    expect(nodeDisk.can(join(folder, 'b'), 'read')).toBe(false);
    expect(nodeDisk.list(folder)).toEqual(['a']);
    expect(nodeDisk.list(file)).toEqual([]);
    expect(nodeDisk.searchPath.every((each) => each.startsWith('/'))).toBe(true);
  });
});
