import { readSync } from 'node:fs';
import type { BodySource, Reply, Segment } from '@webserv/response';

/** Returns the content that a reply would send. */
export async function bodyOf(reply: Reply): Promise<Buffer> {
  const { body } = reply;
  switch (body.kind) {
    case 'bytes':
    case 'file':
      return segment(body);
    case 'parts':
      return Buffer.concat(body.parts.map(segment));
    case 'stream':
      return Buffer.concat(await piecesOf(body.source));
    default:
      return Buffer.alloc(0);
  }
}

function segment(part: Segment): Buffer {
  if (part.kind === 'bytes') return Buffer.from(part.bytes);
  const bytes = Buffer.alloc(part.length);
  return bytes.subarray(0, readSync(part.fd, bytes, 0, part.length, part.offset));
}

/** Pulls a source to its end. Rejects if the source fails. */
export function piecesOf(source: BodySource): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    source.open({
      data: (bytes) => {
        pieces.push(Buffer.from(bytes));
        // A connection also pulls again only after this piece has left.
        setImmediate(() => source.pull());
      },
      end: () => resolve(pieces),
      fail: (errno, place) => reject(new Error(`${place}: ${errno}`)),
    });
    source.pull();
  });
}
