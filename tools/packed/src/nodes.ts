import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A Node that the examples run under. */
export interface Node {
  readonly version: string;
  readonly program: string;
}

/**
 * The Nodes of WEBSERV_PACKED_NODES, or the one that runs the tests. Each word is a program's path, or a major version,
 * which npm has as a package of about 100 MB.
 */
export function nodes(folder: string): Node[] {
  const words = (process.env['WEBSERV_PACKED_NODES'] ?? process.execPath).split(',');
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  return words.map((word) => {
    const program = word.includes('/') ? word : installed(word, folder);
    return { version: execFileSync(program, ['-v'], { encoding: 'utf8' }).trim(), program };
  });
}

function installed(major: string, folder: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const alias = `node-${major}`;
  const words = ['install', '--loglevel=error', '--no-audit', '--no-fund', `${alias}@npm:${name}@${major}`];
  execFileSync('npm', words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'node_modules', alias, 'bin/node');
}
