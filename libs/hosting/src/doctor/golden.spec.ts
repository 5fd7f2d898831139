import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadText, report } from '@webserv/config';
import { boundsFindings, roomFindings } from './bounds.ts';
import { type Finding, findingsText } from './finding.ts';
import type { Machine, Room } from './machine.ts';
import { rightsFinding } from './rights.ts';

const GIB = 2 ** 30;

const GOOD: Machine = {
  descriptors: 100_000,
  descriptorsMost: 100_000,
  somaxconn: 4096,
  watches: 524_288,
  watchInstances: 512,
  now: Date.parse('2026-11-28T00:00:00Z'),
  synchronised: true,
  temporary: '/tmp',
};
const ROOM: Room = { path: '/srv/up', freeBytes: 100 * GIB, bytes: 200 * GIB, freeFiles: 1e6, files: 1e7 };

function configOf(text: string): Config {
  const result = loadText(text, join(__dirname, 'site.conf'));
  if (!result.ok) throw new Error(report(result.diagnostics));
  return result.config;
}

const CONFIG = configOf(
  'server { listen 8080; max_connect 5000; root .; location / { cgi .sh /bin/sh; method GET POST; } }',
);

const NOTE: Finding = {
  weight: 'notes',
  about: 'driver',
  message: 'the server would use a driver',
  fix: '',
};

const CASES: readonly (readonly [title: string, findings: readonly Finding[]])[] = [
  ['nothing is wrong', [NOTE, ...boundsFindings(GOOD, CONFIG), ...roomFindings(ROOM, 'uploads', GIB)]],
  [
    'a machine with small limits',
    boundsFindings(
      { ...GOOD, descriptors: 1024, descriptorsMost: 4096, somaxconn: 128, watches: 8000, watchInstances: 8 },
      CONFIG,
    ),
  ],
  ['a limit that this process may raise', boundsFindings({ ...GOOD, descriptors: 1024 }, CONFIG)],
  [
    'a system that says nothing',
    boundsFindings(
      {
        ...GOOD,
        descriptors: -1,
        descriptorsMost: -1,
        somaxconn: -1,
        watches: -1,
        watchInstances: -1,
        synchronised: null,
      },
      CONFIG,
    ),
  ],
  ['a clock that nobody has set', boundsFindings({ ...GOOD, now: 0 }, CONFIG)],
  ['a clock that is not in time yet', boundsFindings({ ...GOOD, synchronised: false }, CONFIG)],
  ['a full disk', roomFindings({ ...ROOM, freeBytes: 0, freeFiles: 0 }, 'uploads', 0)],
  [
    'a disk that is nearly full',
    [
      ...roomFindings({ ...ROOM, freeBytes: GIB, freeFiles: 10 }, 'uploads', 0),
      ...roomFindings({ ...ROOM, freeBytes: GIB / 2 }, 'bodies and output of scripts', 8 * GIB),
      // A file system without a bound of files, such as btrfs.
      ...roomFindings({ ...ROOM, freeFiles: 0, files: 0 }, 'uploads', 0),
    ],
  ],
  [
    'rights, and what a program has answered',
    [
      { ...NOTE, about: 'scripts', message: '/bin/x runs: \x1b[31mred' },
      rightsFinding({ place: 'site.conf:3:5', verb: 'write', path: '/nowhere/up' }, 'www'),
      { weight: 'breaks', about: 'scripts', message: 'two\nlines', fix: 'a command' },
    ],
  ],
];

it('says what it has found, the worst first, each with its fix', () => {
  const file = join(__dirname, 'golden/findings.txt');
  const text = CASES.map(([title, findings]) => `== ${title}\n${findingsText(findings, false)}`).join('\n');
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
});

it('colors the weight alone, on a terminal', () => {
  const finding: Finding = { weight: 'stops', about: 'ports', message: 'taken', fix: '' };
  expect(findingsText([finding], true)).toBe('\x1b[31mstops   \x1b[0mports: taken\n1 problem, no warnings\n');
});
