import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERRNO } from '@webserv/event-loop';
import { giveFile, openDestination } from './destination.ts';
import { openGuarded } from './guarded-open.ts';

const OTHER = 65_534;
const APPEND = constants.O_WRONLY | constants.O_APPEND;

/** Root alone may do what an account could lead it to; CI runs as root. */
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot('a log that root opens', () => {
  let folder: string;
  let target: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'webserv-log-'));
    mkdirSync(join(folder, 'theirs'));
    chownSync(join(folder, 'theirs'), OTHER, OTHER);
    mkdirSync(join(folder, 'ours'));
    target = join(folder, 'target');
    writeFileSync(target, 'secret');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['a link', () => symlinkSync(target, join(folder, 'theirs/log')), 'theirs/log', -ERRNO.ELOOP],
    [
      'a link to nothing',
      () => symlinkSync(join(folder, 'new'), join(folder, 'theirs/log')),
      'theirs/log',
      -ERRNO.ELOOP,
    ],
    [
      'another name of a file',
      () => linkSync(target, join(folder, 'theirs/log')),
      'theirs/log',
      -ERRNO.EMLINK,
    ],
    [
      'a link in the way',
      () => symlinkSync(join(folder, 'ours'), join(folder, 'theirs/in')),
      'theirs/in/log',
      -ERRNO.ENOTDIR,
    ],
    ['a folder', () => mkdirSync(join(folder, 'theirs/log')), 'theirs/log', -ERRNO.EISDIR],
  ] as const)('%s in a folder of another account is refused', (_what, make, path, error) => {
    make();
    expect([error, -ERRNO.ELOOP]).toContain(openDestination(join(folder, path)));
    expect(readFileSync(target, 'utf8')).toBe('secret');
    expect(statSync(target).uid).toBe(0);
  });

  it('a link in a folder that everybody can write is refused', () => {
    chmodSync(join(folder, 'ours'), 0o1777);
    symlinkSync(target, join(folder, 'ours/log'));
    expect(openDestination(join(folder, 'ours/log'))).toBe(-ERRNO.ELOOP);
  });

  it.each([
    ['a folder', 'ours', 'in', 'in/log'],
    ['a device', '/dev/null', 'ours/null', 'ours/null'],
  ])('a link of root to %s is followed', (_what, to, link, log) => {
    // The folder that mkdtemp made is below one that everybody can write, and is root's alone.
    symlinkSync(to, join(folder, link));
    writeFileSync(join(folder, 'ours/log'), '');
    const fd = openGuarded(join(folder, log), APPEND, 0o644);
    expect(fd).toBeGreaterThan(0);
    closeSync(fd);
  });

  it.each([
    ['a file', 'target'],
    ['nothing', 'new'],
  ])('a link of root to %s is not', (_what, to) => {
    symlinkSync(join(folder, to), join(folder, 'ours/log'));
    expect(openDestination(join(folder, 'ours/log'))).toBe(-ERRNO.ELOOP);
    expect(readdirSync(folder).sort()).toEqual(['ours', 'target', 'theirs']);
  });

  it('what was created is given away, and nothing else', () => {
    const made = openDestination(join(folder, 'theirs/new'));
    const found = openDestination(target);
    if (typeof made === 'number' || typeof found === 'number') throw new Error('not opened');
    expect(giveFile('new', made, OTHER, OTHER)).toBe(0);
    expect(giveFile('target', found, OTHER, OTHER)).toBe(-ERRNO.EPERM);
    expect([statSync(join(folder, 'theirs/new')).uid, statSync(target).uid]).toEqual([OTHER, 0]);
    for (const { fd } of [made, found]) closeSync(fd);
    // A log of the account's own is opened again, and stays its own.
    const again = openDestination(join(folder, 'theirs/new'));
    if (typeof again === 'number') throw new Error('not opened');
    expect(giveFile('new', again, OTHER, OTHER)).toBe(0);
    closeSync(again.fd);
  });
});
