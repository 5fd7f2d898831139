import { loadText, memoryDisk } from '@webserv/config';
import { shareOf } from './share.ts';

const TEXT = `admin 127.0.0.1:9; pid /p/a.pid; workers 3;
server { listen 127.0.0.1:81; root /srv; max_cgi 2; max_uploads 10; temp_disk 0; cache_size 7; location / { } }`;

function config() {
  const result = loadText(TEXT, '/a.conf', memoryDisk({ '/srv/': {}, '/p/': {} }));
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.config;
}

describe('the part of a config that one worker serves', () => {
  const shares = [1, 2, 3].map((number) => shareOf(config(), { number, of: 3 }));
  const of = (pick: (server: (typeof shares)[0]['servers'][0]) => number): number[] =>
    shares.flatMap(({ servers }) => servers.map(pick));

  it('divides what bounds the machine, and nothing is lost', () => {
    expect(of(({ maxUploads }) => maxUploads)).toEqual([4, 3, 3]);
    expect(of(({ cacheSize }) => cacheSize)).toEqual([3, 2, 2]);
    expect(shares.reduce((sum, { memoryLimit }) => sum + memoryLimit, 0)).toBe(config().memoryLimit);
  });

  it('gives at least one to each, and leaves off what is off', () => {
    expect(of(({ maxCgi }) => maxCgi)).toEqual([1, 1, 1]);
    expect(of(({ tempDisk }) => tempDisk)).toEqual([0, 0, 0]);
  });

  it('leaves to the parent what there is once', () => {
    expect(shares.map(({ admin, pid, workers }) => [admin, pid, workers])).toEqual(
      Array(3).fill([null, null, 1]),
    );
  });
});
