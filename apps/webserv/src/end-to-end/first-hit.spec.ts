import { readdirSync, readFileSync, readlinkSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { systemWith } from '../testing/system-with.ts';

/** A page that is kept is watched from its first hit on: a page that nobody asks for again costs no watch. */

const OLD = 'o'.repeat(5000);
const AGE = 60_000;

let site: TestSite;
let path: string;

beforeEach(() => {
  site = new TestSite();
  path = site.aged('public/page.txt', OLD);
});

afterEach(() => site.close());

/** Starts over files whose ctime is a minute earlier than it is: a change shows, and none is of a moment ago. */
function start(use: (typeof DRIVERS)[number]): void {
  const system = systemWith((files) => {
    const inspect = files.inspect.bind(files);
    const stamp = files.stamp.bind(files);
    return {
      inspect: (fd, facts) => {
        const errno = inspect(fd, facts);
        facts.ctimeMs -= AGE;
        return errno;
      },
      stamp: (name) => {
        const found = stamp(name);
        return found?.ctimeMs === undefined ? found : { ...found, ctimeMs: found.ctimeMs - AGE };
      },
    };
  });
  site.start(
    `error_log off; server { listen 127.0.0.1:0; root public; access_log off; location / { method GET; } }`,
    { ...driverOptions(use), system },
  );
}

async function ask(): Promise<string> {
  const answer = await fetchOnce(site.port(0), get('/page.txt'));
  expect(answer.status).toBe(200);
  return answer.body.toString();
}

/** Watches of this process (proc_pid_fdinfo(5)). */
function watches(): number {
  let count = 0;
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`) !== 'anon_inode:inotify') continue;
      count += readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').split('inotify wd:').length - 1;
    } catch {
      // The descriptor that the folder was read by.
    }
  }
  return count;
}

/** Writes other bytes of the same length in place, and gives the file its old times. */
function rewrite(content: string): void {
  const { atimeMs, mtimeMs, ctimeMs } = statSync(path);
  do {
    writeFileSync(path, content);
    utimesSync(path, atimeMs / 1000, mtimeMs / 1000);
    // The clock of the disk has ticks.
  } while (statSync(path).ctimeMs === ctimeMs);
}

describe.each(DRIVERS)('on %s', (use) => {
  it('what has changed before the first hit is read anew, although time and size stay', async () => {
    start(use);
    expect(await ask()).toBe(OLD);
    rewrite('n'.repeat(5000));
    expect(await ask()).toBe('n'.repeat(5000));
    rewrite('m'.repeat(5000));
    for (let times = 0; times < 3; times++) expect(await ask()).toBe('m'.repeat(5000));
    rewrite('l'.repeat(5000));
    expect(await ask()).toBe('l'.repeat(5000));
  });

  // Only Linux has inotify, and shows the watches of a process.
  (process.platform === 'linux' ? it : it.skip)('the first hit begins the watch', async () => {
    start(use);
    const before = watches();
    await ask();
    expect(watches()).toBe(before);
    await ask();
    expect(watches()).toBeGreaterThan(before);
  });
});
