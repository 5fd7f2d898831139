import { AT_ONCE } from '../../bounds/in-slices.ts';
import type { Exchange } from '../../exchange.ts';
import { failure } from '../../failure.ts';
import type { Intake, IntakeClient } from '../../intake.ts';
import { present } from '../../present.ts';
import { uploadStatusOf } from '../../status-of.ts';
import { cleanName, generatedName } from '../file-name.ts';
import { type FormField, receipt } from '../receipt.ts';
import { beginPlace, lengthAtMost, Upload, type UploadOwner } from '../upload.ts';
import type { UploadRules } from '../upload-rules.ts';
import { FormStatus, MultipartParser } from './multipart-parser.ts';
import type { PartHead } from './part-head.ts';

/** Bounds for the fields that the answer lists and for the characters of a name: a form must not fill the memory. */
const MAX_LISTED = 100;
const MAX_LISTED_NAME = 100;

const NOTHING = Buffer.alloc(0);

/** The use of the content of the current part. PERHAPS: it is a file without a name if it has any content. */
const Part = { FIELD: 0, FILE: 1, PERHAPS: 2 } as const;
type Part = (typeof Part)[keyof typeof Part];

/**
 * Stores the files of a form (RFC 7578), all or none. While the disk is busy, mostly between two files, the bytes that have
 * come wait in `rest`, and the intake takes no more.
 *
 *     reading --(a write is full, a file ends)--> waiting --(ready, fileWhole)--> reading ... --finish()--> committing
 *     any of them --> answered or over
 */
export class FormIntake implements Intake, UploadOwner {
  readonly wantsBody = true;
  private readonly exchange: Exchange;
  private readonly rules: UploadRules;
  private readonly upload: Upload;
  private readonly parser: MultipartParser;
  private readonly fields: FormField[] = [];
  private client: IntakeClient | null = null;
  private part: Part = Part.FIELD;
  private head: PartHead | null = null;
  private fieldSize = 0;
  private waiting = false;
  private over = false;
  private rest: Buffer = NOTHING;

  /** @param boundary one that `isBoundary` */
  constructor(exchange: Exchange, rules: UploadRules, boundary: string) {
    this.exchange = exchange;
    this.rules = rules;
    this.upload = new Upload(exchange, rules, this);
    this.parser = new MultipartParser(boundary);
  }

  open(client: IntakeClient): void {
    this.client = client;
  }

  take(bytes: Buffer, start: number, end: number): boolean {
    const at = this.read(bytes, start, end);
    // The bytes are lent for this call, so those that cannot be read yet are copied.
    if (this.waiting && at < end) this.rest = Buffer.from(bytes.subarray(at, end));
    return !this.waiting;
  }

  finish(): void {
    if (this.over) return;
    if (this.parser.complete) this.upload.commit();
    else this.refuse(400, 'form broken off', 0);
  }

  abort(): void {
    this.giveUp();
    this.client = null;
  }

  ready(): void {
    this.readOn();
  }

  /** Goes on after a file. Many small files may end at once, each with calls to the disk: other work gets its turns. */
  fileWhole(): void {
    if (this.upload.files.length <= AT_ONCE) this.readOn();
    else this.exchange.services.later(() => this.readOn());
  }

  stored(): void {
    this.over = true;
    this.client?.reply(receipt(this.exchange, this.rules.folder, this.upload.files, this.fields));
  }

  failed(errno: number, place: string): void {
    this.refuse(uploadStatusOf(errno), place, errno);
  }

  private readOn(): void {
    if (this.over) return;
    this.waiting = false;
    const { rest } = this;
    this.rest = NOTHING;
    const at = this.read(rest, 0, rest.length);
    if (this.waiting) this.rest = rest.subarray(at);
    else if (!this.over) this.client?.resume();
  }

  /** @returns the index after the last byte read: `end`, unless the intake waits or is over */
  private read(bytes: Buffer, start: number, end: number): number {
    const { parser } = this;
    let at = start;
    while (!this.waiting && !this.over) {
      const status = parser.feed(bytes, at, end);
      at = parser.consumed;
      switch (status) {
        case FormStatus.PARTIAL:
          return at;
        case FormStatus.PART:
          this.beginPart(present(parser.part, 'the head of a part'));
          break;
        case FormStatus.DATA:
          this.content(parser.data, parser.dataStart, parser.dataEnd);
          break;
        case FormStatus.PART_END:
          this.endPart();
          break;
        case FormStatus.ERROR:
          this.refuse(parser.tooLarge ? 413 : 400, `form: ${parser.error}`, 0);
      }
    }
    return at;
  }

  private beginPart(head: PartHead): void {
    this.head = head;
    this.fieldSize = 0;
    if (head.filename === null) this.part = Part.FIELD;
    else if (head.filename === '') this.part = Part.PERHAPS;
    else this.beginFile(head, cleanName(head.filename));
  }

  private beginFile(head: PartHead, name: string): void {
    this.part = Part.FILE;
    const { exchange } = this;
    const stored = name === '' ? generatedName(head.mediaType, exchange.nowMs) : name;
    const error = this.upload.begin(stored, lengthAtMost(exchange.head));
    if (error < 0) this.refuse(uploadStatusOf(error), beginPlace(error), error);
  }

  private content(bytes: Buffer, start: number, end: number): void {
    if (this.part === Part.PERHAPS) this.beginFile(present(this.head, 'the head of a part'), '');
    if (this.over) return;
    if (this.part === Part.FIELD) this.fieldSize += end - start;
    else if (!this.upload.write(bytes, start, end)) this.waiting = true;
  }

  private endPart(): void {
    if (this.part === Part.FILE) {
      this.waiting = true;
      this.upload.end();
    } else if (this.part === Part.FIELD && this.fields.length < MAX_LISTED) {
      const name = present(this.head, 'the head of a part').name.slice(0, MAX_LISTED_NAME);
      this.fields.push({ name, size: this.fieldSize });
    }
  }

  private refuse(status: number, place: string, errno: number): void {
    if (this.over) return;
    this.giveUp();
    this.client?.reply(failure(this.exchange, status, place, errno));
  }

  private giveUp(): void {
    this.over = true;
    this.rest = NOTHING;
    this.upload.discard();
  }
}
