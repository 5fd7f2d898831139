import { COLON, CR, HTAB, LF, SP, TOKEN } from '../bytes/chars.ts';
import { tokenEnd, valueEnd, wordsOf } from '../bytes/scan.ts';
import { ErrorKind, type Fault } from '../request-error.ts';
import { FieldId, fieldId } from './field-id.ts';
import { lineStartError, nameError, trimmedEnd, valueError } from './field-line.ts';
import type { Headers } from './headers.ts';
import { spelledId, spelledSize, spellingAt } from './spelling.ts';

/** Result of a scan of some bytes of a field section. */
export const SectionStatus = { PARTIAL: 0, END: 1, ERROR: 2 } as const;
export type SectionStatus = (typeof SectionStatus)[keyof typeof SectionStatus];

/**
 * Reads field lines up to the empty line that ends them (RFC 9112 section 5), in any number of pieces. Each call
 * continues in the same bytes, further to the right. It looks at no byte twice, except a CR that was the last byte.
 *
 * The state is what is known of the current line: no name start (before the line) -> no name end (in the name) -> no
 * value start (in the white space after the colon) -> in the value.
 */
export class FieldSection {
  /** Where the last scan stopped: after the section, or where the next scan continues. */
  position = 0;
  /** -1 before a line. */
  private nameStart = -1;
  /** 0 while unknown, like `valueStart`. Both come after a name of at least one byte. */
  private nameEnd = 0;
  private valueStart = 0;
  /** Id of the name, once its end is known. */
  private id: FieldId = FieldId.UNKNOWN;

  begin(): void {
    this.position = 0;
    this.id = FieldId.UNKNOWN;
    this.nameStart = -1;
    this.nameEnd = 0;
    this.valueStart = 0;
  }

  /**
   * Scans `bytes[from, end)`. Offsets that are kept count from `base`. So the same bytes may be elsewhere at the next
   * call.
   */
  scan(
    bytes: Uint8Array,
    base: number,
    from: number,
    end: number,
    headers: Headers,
    maxHeaders: number,
    fault: Fault,
  ): SectionStatus {
    let { id, nameStart, nameEnd, valueStart } = this;
    const words = wordsOf(bytes);
    let pos = from;
    while (pos < end) {
      const spelling = nameStart < 0 ? spellingAt(words, pos, end) : 0;
      if (spelling !== 0) {
        if (headers.count >= maxHeaders) return refuse(fault, ErrorKind.TOO_MANY_FIELDS, pos);
        id = spelledId(spelling);
        nameStart = pos - base;
        pos += spelledSize(spelling);
        nameEnd = pos - 1 - base;
      } else if (nameStart < 0) {
        const c = bytes[pos];
        if (TOKEN[c] === 0) {
          if (c !== CR) return refuse(fault, lineStartError(c), pos);
          if (pos + 1 === end) break;
          this.position = pos + 2;
          return bytes[pos + 1] === LF ? SectionStatus.END : refuse(fault, ErrorKind.BARE_CR, pos);
        }
        if (headers.count >= maxHeaders) return refuse(fault, ErrorKind.TOO_MANY_FIELDS, pos);
        nameStart = pos - base;
        pos++;
      }
      if (nameEnd === 0) {
        pos = tokenEnd(bytes, pos, end);
        if (pos === end) break;
        if (bytes[pos] !== COLON) return refuse(fault, nameError(bytes[pos]), pos);
        nameEnd = pos - base;
        id = fieldId(bytes, base + nameStart, pos);
        pos++;
      }
      if (valueStart === 0) {
        while (pos < end && (bytes[pos] === SP || bytes[pos] === HTAB)) pos++;
        if (pos === end) break;
        valueStart = pos - base;
      }
      pos = valueEnd(bytes, words, pos, end);
      if (pos === end) break;
      if (bytes[pos] !== CR) return refuse(fault, valueError(bytes[pos]), pos);
      if (pos + 1 === end) break;
      if (bytes[pos + 1] !== LF) return refuse(fault, ErrorKind.BARE_CR, pos);
      headers.add(id, nameStart, nameEnd, valueStart, trimmedEnd(bytes, base + valueStart, pos) - base);
      nameStart = -1;
      nameEnd = 0;
      valueStart = 0;
      pos += 2;
    }
    this.id = id;
    this.nameStart = nameStart;
    this.nameEnd = nameEnd;
    this.valueStart = valueStart;
    this.position = pos;
    return SectionStatus.PARTIAL;
  }
}

function refuse(fault: Fault, kind: ErrorKind, at: number): SectionStatus {
  fault.note(kind, at);
  return SectionStatus.ERROR;
}
