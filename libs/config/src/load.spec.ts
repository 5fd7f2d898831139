import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report } from './diagnostics/report.ts';
import type { Disk } from './disk/disk.ts';
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
      defaultFile: 'index.html',
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

  it('takes time in proportion to the length of a config', () => {
    const disk = memoryDisk({ '/srv/': {}, '/srv/index.html': '' });
    const short = bestTime(configOf(111), disk);
    const long = bestTime(configOf(1111), disk);
    // The bounds leave room: a step that grows with the square would take 100 times as long.
    expect(long / short).toBeLessThan(40);
    expect(long).toBeLessThan(1000);
  });
});

/** Nine lines for each location. */
function configOf(locations: number): string {
  let text = 'server {\n  location / { root /srv; }\n';
  for (let index = 0; index < locations; index += 1) {
    text += `  location /l${index} {\n    root /srv;\n    method GET POST;\n    body_size 10m;\n    upload_path /srv;\n`;
    text += '    timeout 3s;\n    auto_index off;\n    symlinks on;\n  }\n';
  }
  return `${text}}\n`;
}

function bestTime(text: string, disk: Disk): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    // The time of this process, whatever else the processor does.
    const start = process.cpuUsage();
    expect(loadText(text, '/a.conf', disk).ok).toBe(true);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

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
