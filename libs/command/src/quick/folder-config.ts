import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { configText, type LocationBlock, type MainBlock } from '@webserv/config';
import type { Place } from './place.ts';

interface FolderFacts {
  readonly place: Place;
  /** The words of each `listen`. */
  readonly listens: readonly (readonly string[])[];
  /** A file with a certificate and its key; '' without TLS. */
  readonly certificate: string;
  /** True if pages of other sites may read it. */
  readonly cors: boolean;
  /** True if a person reads the access log as it is written. */
  readonly terminal: boolean;
}

/** The largest upload. People send films. */
const LARGEST_UPLOAD = '16g';
const INDEX = 'index.html';

/** Returns the configuration that the options stand for. */
export function folderConfig({ place, listens, certificate, cors, terminal }: FolderFacts): string {
  const main: MainBlock = {
    // The addresses are printed for a person, and a driver that was passed over is no news.
    error_log: ['/dev/stderr', 'warn'],
    server: {
      listen: listens.map((words) => [...words]),
      certificate: certificate === '' ? undefined : [[certificate, certificate]],
      access_log: terminal ? ['/dev/stdout', 'short', 'flush=50ms'] : '/dev/stdout',
      location: { '/': folderLocation(place, cors) },
    },
  };
  return configText(main);
}

function folderLocation({ root, upload }: Place, cors: boolean): LocationBlock {
  const listed = !existsSync(join(root, INDEX));
  return {
    root,
    ...(listed ? { auto_index: true } : { default_file: INDEX }),
    ...(cors ? { cors: '*' } : {}),
    ...(upload === '' ? {} : { method: ['GET', 'POST'], upload_path: upload, body_size: LARGEST_UPLOAD }),
  };
}
