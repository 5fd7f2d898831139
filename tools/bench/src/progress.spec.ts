import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Options, parseOptions } from './options.ts';
import { buildOf, earlier } from './progress.ts';
import { type Findings, noFindings } from './report/findings.ts';
import { writeResults } from './report/results.ts';

let out: string;
let script: string;

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'bench-progress-'));
  script = join(out, 'main.js');
  writeFileSync(script, '1');
});

afterEach(() => rmSync(out, { recursive: true }));

function options(...more: string[]): Options {
  return parseOptions(['lab', '--continue', '--out', out, '--webserv', `node ${script}`, ...more]) as Options;
}

function keep(findings: Findings): void {
  const done = options();
  writeResults(done, [], { build: buildOf(done), findings });
}

const found: Findings = {
  ...noFindings(),
  measured: [{ section: 'idle', date: '2026-11-28T00:00:00.000Z', load: 1 }],
  memory: [{ peer: 'webserv', pages: 'of 1 KiB', files: 3, empty: Number.NaN, full: 7, void: false }],
};

describe('a lab that goes on', () => {
  it('begins without results', () => {
    expect(earlier(options())).toEqual(noFindings());
  });

  it('has what earlier runs have found, with figures that are not known', () => {
    keep(found);
    expect(earlier(options('--only', 'small', '--minutes', '5'))).toEqual(found);
  });

  it.each([
    ['rounds', ['--rounds', '9']],
    ['peers', ['--peers', 'webserv,nginx']],
    ['quick', ['--quick']],
  ])('takes no parts with other %s', (name, more) => {
    keep(found);
    expect(earlier(options(...more))).toEqual({ error: expect.stringContaining(`another ${name}`) });
  });

  it('takes no parts of another build', () => {
    keep(found);
    writeFileSync(script, '2');
    expect(earlier(options())).toEqual({ error: expect.stringContaining('another build of webserv') });
  });
});
