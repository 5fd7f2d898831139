import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The program `name`: the one in BENCH_NAME, otherwise the first in PATH and in the folders of root's PATH; '' if there is none. */
export function which(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const said = env[`BENCH_${name.toUpperCase()}`];
  if (said !== undefined) return said;
  const { PATH = '' } = env;
  const folders = [...PATH.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? '';
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
