// Builds what a server agrees on with clients of its tls addresses.

import { absolutePath } from '../disk/path.ts';
import type { CertificateFiles, ClientCertificates, TlsSettings } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import type { Surroundings } from './draft.ts';
import { type Level, originOf } from './level.ts';
import type { LevelReader } from './level-reader.ts';

/** @param plain those of a server that sets nothing */
export function buildTls(
  level: Level,
  reader: LevelReader,
  plain: TlsSettings | undefined,
  around: Surroundings,
): TlsSettings {
  return {
    certificates: buildCertificates(level, reader, around),
    versions: reader.take('tls_versions', plain?.versions),
    ciphers: reader.take('tls_ciphers', plain?.ciphers),
    http2: reader.take('http2', plain?.http2),
    clients: buildClients(reader, around),
  };
}

function buildCertificates(level: Level, reader: LevelReader, around: Surroundings): CertificateFiles[] {
  const pairs: CertificateFiles[] = [];
  for (const setting of level.all('certificate')) {
    const { directive, value } = setting;
    const { folder } = directive.source;
    const chain = absolutePath(folder, value.chain);
    const key = absolutePath(folder, value.key);
    if (pairs.some((other) => other.chain === chain)) {
      const message = 'this server already has this certificate';
      around.problems.error('duplicate-value', wordSpan(directive, 0), message);
      continue;
    }
    pairs.push({ chain, key });
    reader.mark(`certificate ${chain}`, originOf(setting, level));
    around.claims.push({ need: 'file', path: chain, at: wordSpan(directive, 0) });
    around.claims.push({ need: 'file', path: key, at: wordSpan(directive, 1) });
  }
  return pairs;
}

function buildClients(reader: LevelReader, around: Surroundings): ClientCertificates | null {
  const resolved = reader.takeIfAny('client_certificates');
  if (resolved === null || resolved.value === null || resolved.setting === null) return null;
  const { directive } = resolved.setting;
  const authorities = absolutePath(directive.source.folder, resolved.value.authorities);
  around.claims.push({ need: 'file', path: authorities, at: wordSpan(directive, 0) });
  return { ...resolved.value, authorities };
}

/** The file with the keys of session tickets, or null. */
export function buildTicketKeys(main: Level, reader: LevelReader, around: Surroundings): string | null {
  const setting = main.own('ticket_keys');
  if (setting === null) return null;
  reader.mark('ticket_keys', originOf(setting, main));
  const path = absolutePath(setting.directive.source.folder, setting.value);
  around.claims.push({ need: 'file', path, at: wordSpan(setting.directive, 0) });
  return path;
}
