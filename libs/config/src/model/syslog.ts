/** A system log, which gets each line as a message (RFC 5424). */
export interface Syslog {
  readonly address:
    | { readonly family: 'ipv4' | 'ipv6'; readonly host: string; readonly port: number }
    | { readonly family: 'unix'; readonly path: string };
  readonly form: 3164 | 5424;
  readonly facility: number;
  /** Of access lines. A line of an error log has the severity of its level. */
  readonly severity: number;
  readonly tag: string;
}

/** By their numbers (RFC 5424 section 6.2.1), as nginx names them. */
export const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'intern',
  'lpr',
  'news',
  'uucp',
  'clock',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'cron',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;

export const SEVERITIES = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'] as const;

/** Returns a system log as a config writes it. Equal ones have equal texts. */
export function syslogText({ address, form, facility, severity, tag }: Syslog): string {
  const host =
    address.family === 'ipv6' ? `[${address.host}]` : address.family === 'ipv4' ? address.host : '';
  const server = address.family === 'unix' ? `unix:${address.path}` : `${host}:${address.port}`;
  const of = `facility=${FACILITIES[facility]},severity=${SEVERITIES[severity]}`;
  return `syslog:server=${server},${of},tag=${tag},format=rfc${form}`;
}
