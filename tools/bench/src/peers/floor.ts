import { join } from 'node:path';
import { which } from '../machine/which.ts';
import type { Peer } from '../peer.ts';

const compiler = which('cc');
/** Compiles the program, then execs it. */
const BUILD = 'cc -O2 -o "$2" "$1" && exec "$2" "$3" "$4"';

/**
 * Loops in C, which show what the kernel alone costs. `floor` and `floor-uring` answer a constant, `floor-files` and
 * `floor-files-uring` open and read the file that a request names. @param sources the folder of their sources
 */
export function floors(sources: string): readonly Peer[] {
  return [
    floor('floor', join(sources, 'epoll.c'), 'file'),
    floor('floor-uring', join(sources, 'uring.c'), 'file'),
    floor('floor-files', join(sources, 'epoll.c'), 'root'),
    floor('floor-files-uring', join(sources, 'uring.c'), 'root'),
  ];
}

function floor(name: string, source: string, serves: 'file' | 'root'): Peer {
  return {
    name,
    logs: false,
    missing: () => (compiler === '' ? 'there is no C compiler' : ''),
    version: () => [compiler, '--version'],
    launch({ port, root, file, folder }) {
      const served = serves === 'root' ? root : join(root, file);
      const words = [source, join(folder, name), String(port), served];
      return { command: ['/bin/sh', '-c', BUILD, 'sh', ...words] };
    },
  };
}
