import { join } from 'node:path';
import type { Peer } from '../peer.ts';
import { which } from '../which.ts';

const compiler = which('cc');
/** Compiles the program, and becomes it. */
const BUILD = 'cc -O2 -o "$2" "$1" && exec "$2" "$3" "$4"';

/** A loop in C that answers a constant: what the kernel alone costs. @param sources the folder of its source */
export function floor(sources: string): Peer {
  return {
    name: 'floor',
    logs: false,
    missing: () => (compiler === '' ? 'there is no C compiler' : ''),
    version: () => [compiler, '--version'],
    launch: ({ port, root, file, folder }) => ({
      command: [
        '/bin/sh',
        '-c',
        BUILD,
        'sh',
        join(sources, 'epoll.c'),
        join(folder, 'floor'),
        String(port),
        join(root, file),
      ],
    }),
  };
}
