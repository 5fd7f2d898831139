import { absolutePath } from '../disk/path.ts';
import { type Syslog, syslogText } from '../model/syslog.ts';

/** Where the lines of a log go: an absolute path, or a system log whose socket has one. */
interface LogPlace {
  readonly path: string;
  readonly syslog: Syslog | null;
}

export function logPlace({ path, syslog }: LogPlace, folder: string): LogPlace {
  if (syslog === null) return { path: absolutePath(folder, path), syslog };
  const { address } = syslog;
  const there = address.family === 'unix' ? absolutePath(folder, address.path) : '';
  const absolute = there === '' ? syslog : { ...syslog, address: { family: 'unix' as const, path: there } };
  return { path: syslogText(absolute), syslog: absolute };
}
