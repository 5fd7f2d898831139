import { Carry } from '../bytes/carry.ts';
import { latin1 } from '../bytes/octets.ts';
import { FieldId } from '../fields/field-id.ts';
import { FieldSection, SectionStatus } from '../fields/field-section.ts';
import { Headers } from '../fields/headers.ts';
import type { Limits } from '../limits.ts';
import { ErrorKind, type Fault } from '../request-error.ts';

/** Fields that frame or route the message. After the message they can only deceive (RFC 9110 section 6.5.1). */
const FORBIDDEN: readonly FieldId[] = [FieldId.CONTENT_LENGTH, FieldId.TRANSFER_ENCODING, FieldId.HOST];

/**
 * Reads the trailer section of a chunked body (RFC 9112 section 7.1.2). Its grammar is that of the fields of a head.
 * It drops the fields that a head gives a meaning, because the server has acted upon the head already.
 */
export class TrailerSection {
  readonly fields: Headers = new Headers();
  /** After END, the index in the last fed bytes of the first one after the section. */
  consumed = 0;
  private readonly limits: Limits;
  private readonly section: FieldSection = new FieldSection();
  private readonly carry: Carry = new Carry();

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Bytes of an unfinished section that are kept. */
  get length(): number {
    return this.carry.length;
  }

  begin(): void {
    this.release();
    this.section.begin();
  }

  /** Reads `bytes[start, end)`. The offset of a fault counts from the first byte of the section. */
  feed(bytes: Uint8Array, start: number, end: number, fault: Fault): SectionStatus {
    const { carry, section, fields } = this;
    const { maxHeader, maxHeaders } = this.limits;
    const carried = carry.length;
    const room = maxHeader + 1 - carried;
    carry.append(bytes, start, end - start > room ? start + room : end);
    const stop = Math.min(carry.length, maxHeader);
    const status = section.scan(carry.bytes, 0, section.position, stop, fields, maxHeaders, fault);
    if (status === SectionStatus.END) {
      this.consumed = start + (section.position - carried);
      return this.finish(fault);
    }
    if (status === SectionStatus.PARTIAL && stop === carry.length) return SectionStatus.PARTIAL;
    if (status === SectionStatus.PARTIAL) fault.note(ErrorKind.TRAILERS_TOO_LARGE, maxHeader);
    this.release();
    return SectionStatus.ERROR;
  }

  release(): void {
    this.fields.clear();
    this.carry.release();
  }

  private finish(fault: Fault): SectionStatus {
    const { carry, fields } = this;
    for (let i = 0; i < FORBIDDEN.length; i++) {
      const id = FORBIDDEN[i];
      if (!fields.hasKnown(id)) continue;
      fault.note(ErrorKind.FORBIDDEN_TRAILER, fields.valueStart(fields.firstRow(id)));
      this.release();
      return SectionStatus.ERROR;
    }
    fields.read(latin1(carry.bytes, 0, this.section.position), 0);
    fields.dropKnown();
    carry.release();
    return SectionStatus.END;
  }
}
