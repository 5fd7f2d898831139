import type { Words } from '../words.ts';

/** What somebody asks for who serves a folder or a file without a configuration. */
export interface FolderAsk {
  /** The folder or the file, as written. */
  readonly path: string;
  /** Null if none is named. */
  readonly port: number | null;
  readonly portAuto: boolean;
  /** An address of this machine, '' for all of them, null for this machine alone. */
  readonly host: string | null;
  readonly tls: boolean;
  /** A folder as written, '' for the served one, null without uploads. */
  readonly upload: string | null;
  readonly spa: boolean;
  /** The name of the one user who may come in; null lets in everybody. */
  readonly auth: string | null;
  readonly cors: boolean;
  readonly open: boolean;
  readonly qr: boolean;
  /** True to print the configuration in place of serving. */
  readonly print: boolean;
}

/** Returns what the words of a command line ask for. */
export function folderAsk({ options, operands }: Words): FolderAsk {
  const port = options.get('port');
  return {
    path: operands[0] ?? '.',
    port: port === undefined ? null : Number(port),
    portAuto: options.has('port-auto'),
    host: options.get('host')?.replace(/^\[|\]$/g, '') ?? null,
    tls: options.has('tls'),
    upload: options.get('upload') ?? null,
    spa: options.has('spa'),
    auth: options.get('auth') ?? null,
    cors: options.has('cors'),
    open: options.has('open'),
    qr: options.has('qr'),
    print: options.has('print-config'),
  };
}
