import { copyOfText } from '@webserv/request';
import { NO_VALIDATORS, type Reply, stream } from '@webserv/response';
import { conditioned } from '../conditions.ts';
import type { Exchange } from '../exchange.ts';
import { failure } from '../failure.ts';
import { encodeSegment, visible } from '../page-style.ts';
import { ARCHIVE_BYTES, ArchiveBody } from './archive-body.ts';
import { TarFormat } from './tar-format.ts';
import { TreeWalk } from './tree-walk.ts';
import { ZipFormat } from './zip-format.ts';

/**
 * Answers GET and HEAD with all that a folder holds, as one file.
 * @param folder its path on the disk
 */
export function packFolder(exchange: Exchange, folder: string, kind: 'zip' | 'tar'): Reply {
  const { head, server, services } = exchange;
  const release = services.listings.hold(server);
  if (release === null) return failure(exchange, 503, 'max_listings');
  const memory = services.memoryOf(server);
  if (!memory.take(ARCHIVE_BYTES)) {
    release();
    return failure(exchange, 503, 'memory_limit');
  }
  // A copy: the path may be a slice of the whole head's text.
  const url = copyOfText(head.path);
  const format = kind === 'zip' ? new ZipFormat() : new TarFormat();
  const body = new ArchiveBody(exchange, new TreeWalk(exchange, folder, url), format, () => {
    memory.give(ARCHIVE_BYTES);
    release();
  });
  const reply = stream(200, format.contentType, body);
  const name = `${url.split('/').at(-2) || 'files'}${format.extension}`;
  reply.headers.set('Content-Disposition', dispositionOf(name));
  reply.headers.set('X-Robots-Tag', 'noindex');
  const answer = conditioned(exchange, reply, NO_VALIDATORS);
  if (answer !== reply) reply.release();
  return answer;
}

/** RFC 6266, section 4.3: clients that know no encoded name get one in ASCII. */
function dispositionOf(name: string): string {
  const plain = visible(name).replace(/[^ !#-[\]-~]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeSegment(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
