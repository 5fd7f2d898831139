import { configText, type LocationBlock, type MainBlock } from '@webserv/config';
import { INDEX, type Place } from './place.ts';

interface FolderFacts {
  readonly place: Place;
  /** The words of each `listen`. */
  readonly listens: readonly (readonly string[])[];
  /** A file with a certificate and its key; '' without TLS. */
  readonly certificate: string;
  /** True if index.html answers for the routes of an application. */
  readonly spa: boolean;
  /** The file with the user who may come in; '' lets in everybody. */
  readonly users: string;
  /** True if pages of other sites may read it. */
  readonly cors: boolean;
  /** True if a person reads the access log as it is written. */
  readonly terminal: boolean;
}

/** The largest upload. People send films. */
const LARGEST_UPLOAD = '16g';

/** What browsers show when they ask for the password. */
const REALM = 'webserv';

/** Returns the configuration that the options stand for. */
export function folderConfig(facts: FolderFacts): string {
  const { place, listens, certificate, spa, users, cors, terminal } = facts;
  const main: MainBlock = {
    // The addresses are printed for a person, and a driver that was passed over is no news.
    error_log: ['/dev/stderr', 'warn'],
    server: {
      listen: listens.map((words) => [...words]),
      certificate: certificate === '' ? undefined : [[certificate, certificate]],
      access_log: terminal ? ['/dev/stdout', 'short', 'flush=50ms'] : '/dev/stdout',
      ...(users === '' ? {} : { auth_basic: REALM, auth_file: users }),
      location: { '/': folderLocation(place, spa, cors) },
    },
  };
  return configText(main);
}

function folderLocation({ root, file, upload }: Place, spa: boolean, cors: boolean): LocationBlock {
  return {
    root,
    ...(file === '' ? answers(spa) : alone(file)),
    ...(cors ? { cors: '*' } : {}),
    ...(upload === '' ? {} : { method: ['GET', 'POST'], upload_path: upload, body_size: LARGEST_UPLOAD }),
  };
}

function answers(spa: boolean): LocationBlock {
  return { default_file: INDEX, ...(spa ? { spa: INDEX } : { auto_index: 'missing' }) };
}

/** Each path leads to the one file, and no path to another. */
function alone(file: string): LocationBlock {
  return { try_files: [`/${file}`, '=404'], ...(file.startsWith('.') ? { dotfiles: true } : {}) };
}
