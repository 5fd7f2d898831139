import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Fixture, PLAIN_LISTING } from '../testing/fixture.ts';

const GIB = 2 ** 30;
const LARGE = 5 * GIB;
const SAMPLE = Buffer.from('a piece in the middle');
const AT = 4.5 * GIB;
/** What a piece of an archive may hold in memory. */
const ZEROS = Buffer.alloc(1 << 20);
const FLAT = 4 << 20;

const READERS = {
  zip: `import zipfile,sys,json
z=zipfile.ZipFile(sys.argv[1])
assert z.read('small')==b'small'
z.open('large').read(10)
print(json.dumps([[i.filename,i.file_size,i.header_offset] for i in z.infolist()]))`,
  tar: `import tarfile,sys,json
t=tarfile.open(sys.argv[1])
f=t.extractfile('large'); f.seek(int(sys.argv[2]))
assert f.read(21)==b'a piece in the middle'
print(json.dumps([[m.name,m.size,m.offset] for m in t.getmembers()]))`,
} as const;

let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  site.location('/', { autoIndex: 'on', listing: { ...PLAIN_LISTING, archive: ['zip', 'tar'] } });
  const fd = openSync(join(site.file('www/large')), 'r+');
  ftruncateSync(fd, LARGE);
  writeSync(fd, SAMPLE, 0, SAMPLE.length, AT);
  closeSync(fd);
  site.file('www/small', 'small');
});

afterEach(() => site.close());

describe.each(['zip', 'tar'] as const)('%s of a file of 5 GiB', (kind) => {
  it('is streamed in flat memory, and read by another program', async () => {
    const file = join(site.folder, `large.${kind}`);
    const out = openSync(file, 'w');
    const outcome = site.dispatch('GET', `/?archive=${kind}`);
    if (!('body' in outcome) || outcome.body.kind !== 'stream') throw new Error('no stream');
    const { source } = outcome.body;
    let bytes = 0;
    let most = 0;
    let held = 0;
    const before = process.memoryUsage().arrayBuffers;
    await new Promise<void>((resolve, reject) => {
      source.open({
        data: (piece) => {
          // Holes stay holes.
          if (!ZEROS.subarray(0, piece.length).equals(piece)) writeSync(out, piece, 0, piece.length, bytes);
          bytes += piece.length;
          most = Math.max(most, piece.length);
          held = Math.max(held, site.memory.bytes);
          setImmediate(() => source.pull());
        },
        end: () => resolve(),
        fail: (errno, place) => reject(new Error(`${place}: ${errno}`)),
      });
      source.pull();
    });
    outcome.release();
    ftruncateSync(out, bytes);
    closeSync(out);
    expect(bytes).toBeGreaterThan(LARGE);
    expect(bytes).toBeLessThan(LARGE + 10_000);
    expect(most).toBeLessThanOrEqual(64 << 10);
    expect(held).toBeLessThan(FLAT);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * FLAT);
    const text = execFileSync('python3', ['-c', READERS[kind], file, String(AT)], { encoding: 'utf8' });
    const rows = JSON.parse(text) as [string, number, number][];
    expect(rows.map(([name, size]) => [name, size]).sort()).toEqual([
      ['large', LARGE],
      ['small', 5],
    ]);
    expect(site.memory.bytes).toBe(0);
  }, 240_000);
});
