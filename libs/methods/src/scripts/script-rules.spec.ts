import type { CgiRule, Location } from '@webserv/config';
import { runnerOf } from './script-rules.ts';

const LISTED: CgiRule = { kind: 'script', name: 'man', path: '/r/man' };
const ALL: CgiRule = { kind: 'all' };

function extension(ext: string, interpreter = ''): CgiRule {
  return { kind: 'extension', ext, interpreter, application: null };
}

it.each<[string, CgiRule[], string | null]>([
  ['/r/man', [], null],
  ['/r/man', [LISTED], ''],
  ['/r/man.conf', [LISTED], null],
  ['/r/sub/man', [LISTED], null],
  ['/r/a.php', [extension('.php', '/php')], '/php'],
  ['/r/a.PHP', [extension('.php', '/php')], '/php'],
  ['/r/a.php', [extension('.PHP')], ''],
  ['/r/a.php.txt', [extension('.php')], null],
  ['/r/a.php5', [extension('.php')], null],
  ['/r/php', [extension('.php')], null],
  ['/r/a', [ALL], ''],
  ['/r/a.php', [ALL, extension('.php', '/php')], '/php'],
  ['/r/a.php', [extension('.php', '/php'), ALL], '/php'],
  ['/r/a.txt', [extension('.php', '/php'), ALL], ''],
  ['/r/man', [LISTED, extension('.php', '/php')], ''],
])('%s by %j: %j', (path, cgi, expected) => {
  expect(runnerOf({ cgi } as unknown as Location, path)?.interpreter ?? null).toBe(expected);
});
