import { accessSync, constants, openSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { closeFile, ERRNO, reap, spawn } from '@webserv/event-loop';

/** How often the shell is looked at that starts the browser. It ends within milliseconds. */
const LOOK_MS = 20;

/** Opens a URL in the browser. Returns why it could not, or ''. */
export function openPage(url: string, env: NodeJS.ProcessEnv = process.env): string {
  const { PATH: path = '' } = env;
  const name = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const program = path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram);
  if (program === undefined) return `there is no ${name} to open the browser with`;
  const nothing = openSync('/dev/null', 'r+');
  // The shell ends at once, so that the browser is nobody's child and does not end with the server.
  const pid = spawn({
    file: '/bin/sh',
    args: ['sh', '-c', '"$0" "$1" &', program, url],
    env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    cwd: '',
    stdin: nothing,
    stdout: nothing,
    stderr: nothing,
    processGroup: true,
  });
  closeFile(nothing);
  if (pid < 0) return 'the browser could not be started';
  collect(pid);
  return '';
}

function collect(pid: number): void {
  if (reap(pid) === -ERRNO.EAGAIN) setTimeout(collect, LOOK_MS, pid);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
