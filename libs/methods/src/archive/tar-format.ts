import { bytesOfText, holdsRawBytes } from '@webserv/request';
import type { ArchiveFormat, Member } from './archive-format.ts';

const BLOCK = 512;
const NAME_MAX = 100;
/** The largest number of eleven octal digits. */
const OCTAL_MAX = 8 ** 11 - 1;
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;
const ASCII = /^[\0-\x7f]*$/;

/** tar in the format pax (POSIX.1-2017, pax, section "pax Interchange Format"). It keeps nothing. */
export class TarFormat implements ArchiveFormat {
  readonly contentType = 'application/x-tar';
  readonly extension = '.tar';
  readonly kept = 0;
  private size = 0;

  begin(member: Member): Buffer {
    this.size = member.size;
    const name = Buffer.from(bytesOfText(member.name));
    const records: Buffer[] = [];
    const isRaw = holdsRawBytes(member.name);
    if (name.length > NAME_MAX || !(isRaw || ASCII.test(member.name))) {
      if (isRaw) records.push(record('hdrcharset', Buffer.from('BINARY')));
      records.push(record('path', name));
    }
    if (member.size > OCTAL_MAX) records.push(record('size', Buffer.from(String(member.size))));
    const seconds = Math.floor(member.mtimeMs / 1000);
    if (seconds < 0 || seconds > OCTAL_MAX) records.push(record('mtime', Buffer.from(String(seconds))));
    const type = member.name.endsWith('/') ? '5' : '0';
    const own = header(name, type, member.size, seconds);
    if (records.length === 0) return own;
    const extended = Buffer.concat(records);
    return Buffer.concat([
      header(Buffer.from('pax'), 'x', extended.length, 0),
      extended,
      Buffer.alloc(padding(extended.length)),
      own,
    ]);
  }

  content(): void {}

  end(): Buffer {
    return Buffer.alloc(padding(this.size));
  }

  finish(): Iterable<Buffer> {
    return [Buffer.alloc(2 * BLOCK)];
  }
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function record(key: string, value: Buffer): Buffer {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')]);
}

function header(name: Buffer, type: string, size: number, seconds: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block, 0, 0, NAME_MAX);
  const octal = (value: number, at: number, length: number): void => {
    const digits = value >= 0 && value <= 8 ** (length - 1) - 1 ? value : 0;
    block.write(`${digits.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  };
  octal(type === '5' ? FOLDER_MODE : FILE_MODE, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(seconds, 136, 12);
  block.fill(' ', 148, 156);
  block.write(type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
