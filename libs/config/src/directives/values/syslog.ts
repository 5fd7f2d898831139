// `syslog:server=ADDRESS[,facility=...][,severity=...][,tag=...][,format=...]`, in place of the file of a log.

import { quoted } from '../../diagnostics/diagnostic.ts';
import { suggest } from '../../diagnostics/suggest.ts';
import { FACILITIES, SEVERITIES, type Syslog } from '../../model/syslog.ts';
import { parseListen } from './address.ts';

const LOCAL7 = FACILITIES.indexOf('local7');
const INFO = SEVERITIES.indexOf('info');
const SYSLOG_PORT = 514;
/** APP-NAME has at most 48 characters (RFC 5424 section 6.2.5), and RFC 3164 allows letters and digits. */
const TAG = /^[\w.-]{1,32}$/;
const PARAMETERS = ['server', 'facility', 'severity', 'tag', 'format'] as const;

/** What is wrong with a system log. */
interface SyslogFault {
  readonly message: string;
  readonly expected: string;
  readonly suggestion: string | null;
}

/** Reads a system log. A path stays as written. */
export function parseSyslog(text: string): Syslog | SyslogFault {
  const values = new Map<string, string>();
  for (const parameter of text.slice('syslog:'.length).split(',')) {
    const equals = parameter.indexOf('=');
    const name = equals < 0 ? parameter : parameter.slice(0, equals);
    if (equals < 0 || !PARAMETERS.some((each) => each === name)) return unknown(parameter, name, PARAMETERS);
    if (values.has(name)) return fault(`${quoted(parameter)} sets ${name} a second time`, `one ${name}=`);
    values.set(name, parameter.slice(equals + 1));
  }
  const server = values.get('server');
  if (server === undefined) return fault('a system log needs an address', 'syslog:server=unix:/dev/log');
  const address = addressOf(server);
  if (typeof address === 'string') return fault(address, 'syslog:server=unix:/dev/log, or server=IP:PORT');
  const facility = values.get('facility') ?? FACILITIES[LOCAL7];
  const severity = values.get('severity') ?? SEVERITIES[INFO];
  const tag = values.get('tag') ?? 'webserv';
  const format = values.get('format') ?? (address.family === 'unix' ? 'rfc3164' : 'rfc5424');
  if (indexIn(FACILITIES, facility) < 0) return unknown(facility, facility, FACILITIES);
  if (indexIn(SEVERITIES, severity) < 0) return unknown(severity, severity, SEVERITIES);
  if (!TAG.test(tag)) return fault(`${quoted(tag)} is no tag`, 'up to 32 letters, digits, _ . or -');
  if (!['rfc3164', 'rfc5424'].includes(format)) return unknown(format, format, ['rfc3164', 'rfc5424']);
  return {
    address,
    form: format === 'rfc3164' ? 3164 : 5424,
    facility: indexIn(FACILITIES, facility),
    severity: indexIn(SEVERITIES, severity),
    tag,
  };
}

function addressOf(text: string): Syslog['address'] | string {
  // A port alone is an address of `listen`, and none to send to.
  const read = /^\d+$/.test(text) ? 'this is not a numeric address' : parseListen(text);
  if (typeof read === 'string') return read;
  if (read.family === 'unix') return { family: 'unix', path: read.path };
  const named = /:\d+$/.test(text) && (read.family === 'ipv4' || !text.endsWith(']'));
  return { family: read.family, host: read.host, port: named ? read.port : SYSLOG_PORT };
}

function indexIn(words: readonly string[], word: string): number {
  return words.indexOf(word);
}

function fault(message: string, expected: string): SyslogFault {
  return { message, expected, suggestion: null };
}

function unknown(written: string, word: string, words: readonly string[]): SyslogFault {
  return {
    message: `${quoted(written)} is not possible in a system log`,
    expected: words.join(', '),
    suggestion: suggest(word, words),
  };
}
