import { bytesOfText, holdsRawBytes } from '@webserv/request';
import type { ArchiveFormat, Member } from './archive-format.ts';
import { crc32 } from './crc32.ts';

/** Beyond these a field says that a ZIP64 one has the number (APPNOTE.TXT, section 4.3.9.2). */
const MAX_32 = 0xffffffff;
const MAX_16 = 0xffff;
const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
/** Versions that a reader needs: of folders and stored files, and of ZIP64. */
const PLAIN = 20;
const ZIP64 = 45;
/** The maker is a Unix, whose modes the attributes hold. */
const MADE_BY = (3 << 8) | ZIP64;
const FILE_MODE = 0o100644;
const FOLDER_MODE = 0o40755;
const FOLDER_OF_DOS = 0x10;
/** The checksum follows the content; the name is UTF-8. */
const CHECKSUM_FOLLOWS = 1 << 3;
const UTF8 = 1 << 11;
const TIME_EXTRA = 0x5455;
const TIME_SIZE = 9;
const ZIP64_EXTRA = 0x0001;
/** The years of DOS. */
const FIRST_YEAR = 1980;
const LAST_YEAR = 2107;

/**
 * ZIP, as a stream: contents are stored, each checksum follows its content, and what is larger than 4 GiB has fields of
 * ZIP64. Only the directory at the end is kept until then: some hundred bytes a member.
 */
export class ZipFormat implements ArchiveFormat {
  readonly contentType = 'application/zip';
  readonly extension = '.zip';
  kept = 0;
  private readonly records: Buffer[] = [];
  private offset = 0;
  private crc = 0;
  private size = 0;
  private member: Member | null = null;
  private begunAt = 0;

  begin(member: Member): Buffer {
    const name = nameOf(member);
    const large = member.size >= MAX_32;
    const extra = large ? Buffer.concat([timeExtra(member), zip64Extra([0, 0])]) : timeExtra(member);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(LOCAL, 0);
    writeCommon(head, 4, member, name);
    if (large) head.fill(0xff, 18, 26);
    head.writeUInt16LE(extra.length, 28);
    this.member = member;
    this.begunAt = this.offset;
    this.crc = 0;
    this.size = 0;
    return this.said(Buffer.concat([head, name.bytes, extra]));
  }

  content(bytes: Uint8Array): void {
    this.crc = crc32(bytes, this.crc);
    this.size += bytes.length;
    this.offset += bytes.length;
  }

  end(): Buffer {
    const { member, crc, size } = this;
    if (member === null) return Buffer.alloc(0);
    this.keep(member);
    if (isFolder(member)) return Buffer.alloc(0);
    const large = member.size >= MAX_32;
    const after = Buffer.alloc(large ? 24 : 16);
    after.writeUInt32LE(DESCRIPTOR, 0);
    after.writeUInt32LE(crc, 4);
    if (large) {
      after.writeBigUInt64LE(BigInt(size), 8);
      after.writeBigUInt64LE(BigInt(size), 16);
    } else {
      after.writeUInt32LE(size, 8);
      after.writeUInt32LE(size, 12);
    }
    return this.said(after);
  }

  *finish(): Iterable<Buffer> {
    const { records, kept, offset } = this;
    yield* records;
    const count = records.length;
    const end = Buffer.alloc(22);
    end.writeUInt32LE(END, 0);
    end.writeUInt16LE(Math.min(count, MAX_16), 8);
    end.writeUInt16LE(Math.min(count, MAX_16), 10);
    end.writeUInt32LE(Math.min(kept, MAX_32), 12);
    end.writeUInt32LE(Math.min(offset, MAX_32), 16);
    if (count >= MAX_16 || kept >= MAX_32 || offset >= MAX_32) yield endOf64(count, kept, offset);
    yield end;
  }

  /** Keeps the record of a member for the directory at the end. */
  private keep(member: Member): void {
    const { crc, size, begunAt } = this;
    const name = nameOf(member);
    const beyond = [...(size >= MAX_32 ? [size, size] : []), ...(begunAt >= MAX_32 ? [begunAt] : [])];
    const extra =
      beyond.length === 0 ? timeExtra(member) : Buffer.concat([timeExtra(member), zip64Extra(beyond)]);
    const record = Buffer.alloc(46);
    record.writeUInt32LE(CENTRAL, 0);
    record.writeUInt16LE(MADE_BY, 4);
    writeCommon(record, 6, member, name);
    if (beyond.length > 0) record.writeUInt16LE(ZIP64, 6);
    record.writeUInt32LE(crc, 16);
    record.writeUInt32LE(Math.min(size, MAX_32), 20);
    record.writeUInt32LE(Math.min(size, MAX_32), 24);
    record.writeUInt16LE(extra.length, 30);
    const [mode, dos] = isFolder(member) ? [FOLDER_MODE, FOLDER_OF_DOS] : [FILE_MODE, 0];
    record.writeUInt32LE(((mode << 16) | dos) >>> 0, 38);
    record.writeUInt32LE(Math.min(begunAt, MAX_32), 42);
    const whole = Buffer.concat([record, name.bytes, extra]);
    this.records.push(whole);
    this.kept += whole.length;
  }

  private said(bytes: Buffer): Buffer {
    this.offset += bytes.length;
    return bytes;
  }
}

interface Name {
  readonly bytes: Uint8Array;
  readonly isUtf8: boolean;
}

function nameOf({ name }: Member): Name {
  return { bytes: bytesOfText(name), isUtf8: !holdsRawBytes(name) };
}

function isFolder({ name }: Member): boolean {
  return name.endsWith('/');
}

/** Writes what both records of a member have, from its version on. Sizes and checksum stay 0. */
function writeCommon(into: Buffer, at: number, member: Member, { bytes, isUtf8 }: Name): void {
  into.writeUInt16LE(member.size >= MAX_32 ? ZIP64 : PLAIN, at);
  into.writeUInt16LE((isFolder(member) ? 0 : CHECKSUM_FOLLOWS) | (isUtf8 ? UTF8 : 0), at + 2);
  const time = new Date(member.mtimeMs);
  const year = Math.min(Math.max(time.getUTCFullYear(), FIRST_YEAR), LAST_YEAR);
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
  into.writeUInt16LE(clock, at + 6);
  into.writeUInt16LE(
    ((year - FIRST_YEAR) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate(),
    at + 8,
  );
  into.writeUInt16LE(bytes.length, at + 22);
}

/** The time to the second, in UTC: that of DOS is even, and in no zone. */
function timeExtra({ mtimeMs }: Member): Buffer {
  const extra = Buffer.alloc(TIME_SIZE);
  extra.writeUInt16LE(TIME_EXTRA, 0);
  extra.writeUInt16LE(TIME_SIZE - 4, 2);
  extra.writeUInt8(1, 4);
  const seconds = Math.floor(mtimeMs / 1000);
  extra.writeInt32LE(Math.min(Math.max(seconds, -(2 ** 31)), 2 ** 31 - 1), 5);
  return extra;
}

function zip64Extra(numbers: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * numbers.length);
  extra.writeUInt16LE(ZIP64_EXTRA, 0);
  extra.writeUInt16LE(8 * numbers.length, 2);
  for (const [index, number] of numbers.entries()) extra.writeBigUInt64LE(BigInt(number), 4 + 8 * index);
  return extra;
}

function endOf64(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(76);
  end.writeUInt32LE(END_64, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(MADE_BY, 12);
  end.writeUInt16LE(ZIP64, 14);
  end.writeBigUInt64LE(BigInt(count), 24);
  end.writeBigUInt64LE(BigInt(count), 32);
  end.writeBigUInt64LE(BigInt(size), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32LE(LOCATOR_64, 56);
  end.writeBigUInt64LE(BigInt(offset + size), 64);
  end.writeUInt32LE(1, 72);
  return end;
}
