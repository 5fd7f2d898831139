import { FormStatus, MultipartParser } from '../upload/form/multipart-parser.ts';

interface ReadPart {
  name: string;
  filename: string | null;
  content: string;
  ended: boolean;
}

export interface Form {
  parts: ReadPart[];
  complete: boolean;
  error: string;
  tooLarge: boolean;
}

/** Reads a body in these pieces. The memory of each piece is overwritten afterwards. */
export function read(pieces: readonly Buffer[], boundary = 'X'): Form {
  const parser = new MultipartParser(boundary);
  const parts: ReadPart[] = [];
  let error = '';
  for (const piece of pieces) {
    const bytes = Buffer.concat([Buffer.from('<<'), piece, Buffer.from('>>')]);
    const end = bytes.length - 2;
    let at = 2;
    for (;;) {
      const status = parser.feed(bytes, at, end);
      at = parser.consumed;
      const last = parts.at(-1);
      if (status === FormStatus.PARTIAL) break;
      if (status === FormStatus.ERROR) {
        error = parser.error;
        break;
      }
      if (status === FormStatus.PART) {
        const { name, filename } = parser.part!;
        parts.push({ name, filename, content: '', ended: false });
      } else if (status === FormStatus.DATA) {
        expect(parser.dataEnd).toBeGreaterThan(parser.dataStart);
        last!.content += parser.data.toString('latin1', parser.dataStart, parser.dataEnd);
      } else {
        last!.ended = true;
      }
    }
    bytes.fill(0x21);
  }
  return { parts, complete: parser.complete, error, tooLarge: parser.tooLarge };
}
