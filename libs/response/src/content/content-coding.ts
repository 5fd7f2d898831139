/**
 * Content codings and their negotiation (RFC 9110 sections 8.4.1 and 12.5.3).
 */

export type ContentCoding = 'br' | 'zstd' | 'gzip';

/** What an Accept-Encoding field says, as weights in thousandths; -1 where it does not name the coding. */
export interface AcceptedCodings {
  readonly br: number;
  readonly zstd: number;
  readonly gzip: number;
  readonly identity: number;
  /** `*`: every coding that is not named. */
  readonly others: number;
}

const NOTHING_SAID: AcceptedCodings = { br: -1, zstd: -1, gzip: -1, identity: -1, others: -1 };
/** `coding`, `coding;q=0.5`, with blanks where the grammar has OWS. */
const MEMBER =
  /^[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/i;

/** Reads the field. A member that is none is passed over; of a coding that is named twice the last weight counts. */
export function parseAcceptEncoding(value: string): AcceptedCodings {
  const accepted = { ...NOTHING_SAID };
  for (const member of value.split(',')) {
    const match = MEMBER.exec(member);
    if (match === null) continue;
    const weight = match[2] === undefined ? 1000 : Math.round(Number(match[2]) * 1000);
    switch ((match[1] as string).toLowerCase()) {
      case 'br':
        accepted.br = weight;
        break;
      case 'zstd':
        accepted.zstd = weight;
        break;
      case 'gzip':
      case 'x-gzip': // The same by another name (section 8.4.1.3).
        accepted.gzip = weight;
        break;
      case 'identity':
        accepted.identity = weight;
        break;
      case '*':
        accepted.others = weight;
        break;
    }
  }
  return accepted;
}

/** Fields remembered at once. There are few kinds of clients. A client that makes fields up costs a parse each time. */
const REMEMBERED = 256;
const remembered = new Map<string, AcceptedCodings>();

/** The same, remembered by the field's text: a server meets a handful of them again and again. */
export function acceptedCodings(value: string | undefined): AcceptedCodings {
  // Without the field every coding is acceptable; here a client that names none gets none.
  if (value === undefined) return NOTHING_SAID;
  const known = remembered.get(value);
  if (known !== undefined) return known;
  const accepted = parseAcceptEncoding(value);
  if (remembered.size === REMEMBERED) remembered.clear();
  // A copy: the value may be a slice of the whole head's text, which the key would keep alive.
  remembered.set(Buffer.from(value, 'latin1').toString('latin1'), accepted);
  return accepted;
}

/**
 * Which of the codings at hand a client likes best. Its weights decide, and between equal weights the order of `offered`. A
 * coding goes before the bare content. A client that accepts nothing of what there is gets content without coding: section
 * 12.5.3 leaves the choice between that and a 406, which would help nobody.
 *
 * @returns an index of `offered`, or -1 for no coding
 */
export function preferredCoding(accepted: AcceptedCodings, offered: readonly ContentCoding[]): number {
  const { others, identity } = accepted;
  let best = -1;
  let most = Math.max(identity >= 0 ? identity : others, 1);
  for (let index = 0; index < offered.length; index++) {
    const own = accepted[offered[index] as ContentCoding];
    const weight = own >= 0 ? own : others;
    if (weight > most || (weight === most && best < 0)) {
      most = weight;
      best = index;
    }
  }
  return best;
}

/** What a file's name ends with where its content is coded. */
export function codingExtension(coding: ContentCoding): string {
  return coding === 'zstd' ? '.zst' : coding === 'gzip' ? '.gz' : '.br';
}

/** Whether a Content-Type, parameters and all, is one of `types`, which may hold `text/*` and its like. Lower case. */
export function isAmongTypes(contentType: string, types: ReadonlySet<string>): boolean {
  const end = contentType.indexOf(';');
  const type = (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
  return types.has(type) || types.has(`${type.slice(0, type.indexOf('/'))}/*`);
}
