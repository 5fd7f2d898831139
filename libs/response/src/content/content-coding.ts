/** Content codings and their negotiation (RFC 9110, sections 8.4.1 and 12.5.3). */

export type ContentCoding = 'br' | 'zstd' | 'gzip';

/** The weights of an Accept-Encoding field, in thousandths; -1 if it does not name the coding. */
export interface AcceptedCodings {
  readonly br: number;
  readonly zstd: number;
  readonly gzip: number;
  readonly identity: number;
  /** `*`: every coding that the field does not name. */
  readonly others: number;
}

const NOTHING_SAID: AcceptedCodings = { br: -1, zstd: -1, gzip: -1, identity: -1, others: -1 };
/** `coding` or `coding;q=0.5`, with blanks where the grammar has OWS. */
const MEMBER =
  /^[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/i;

/** Parses the field. It skips an invalid member. If a coding comes twice, the last weight counts. */
export function parseAcceptEncoding(value: string): AcceptedCodings {
  const accepted = { ...NOTHING_SAID };
  for (const member of value.split(',')) {
    const match = MEMBER.exec(member);
    if (match === null) continue;
    const [, coding = '', q] = match;
    const weight = q === undefined ? 1000 : Math.round(Number(q) * 1000);
    switch (coding.toLowerCase()) {
      case 'br':
        accepted.br = weight;
        break;
      case 'zstd':
        accepted.zstd = weight;
        break;
      case 'gzip':
      case 'x-gzip': // Another name of gzip (section 8.4.1.3).
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

/** Most fields remembered. There are few kinds of clients. A client that makes fields up costs a parse each time. */
const REMEMBERED = 256;
/** Of all servers of the process: it depends on nothing but the field's text. */
const remembered = new Map<string, AcceptedCodings>();

/** Returns the parsed field, remembered by its text. A server receives the same few fields again and again. */
export function acceptedCodings(value: string | undefined): AcceptedCodings {
  // Without the field every coding is acceptable. Here a client that names none gets none.
  if (value === undefined) return NOTHING_SAID;
  const known = remembered.get(value);
  if (known !== undefined) return known;
  const accepted = parseAcceptEncoding(value);
  if (remembered.size === REMEMBERED) remembered.clear();
  // A copy as the key: the value may be a slice of the whole head's text, which it would keep alive.
  remembered.set(JSON.parse(JSON.stringify(value)), accepted);
  return accepted;
}

/**
 * Selects the coding that a client prefers. Its weights decide, then the order of `offered`. With equal weights, a
 * coding goes before no coding. A client that accepts nothing of the offer gets the content without coding: section
 * 12.5.3 leaves the choice between that and a 406, which would help no client.
 *
 * @returns an index of `offered`, or -1 for no coding
 */
export function preferredCoding(accepted: AcceptedCodings, offered: readonly ContentCoding[]): number {
  const { others, identity } = accepted;
  let best = -1;
  let most = Math.max(identity >= 0 ? identity : others, 1);
  let index = 0;
  for (const coding of offered) {
    const own = accepted[coding];
    const weight = own >= 0 ? own : others;
    if (weight > most || (weight === most && best < 0)) {
      most = weight;
      best = index;
    }
    index++;
  }
  return best;
}

/** Every coding of a precompressed file. */
export const CODINGS: readonly ContentCoding[] = ['br', 'zstd', 'gzip'];

/** Returns the extension of a file whose content has the coding. */
export function codingExtension(coding: ContentCoding): string {
  return coding === 'zstd' ? '.zst' : coding === 'gzip' ? '.gz' : '.br';
}

/** Returns true if a Content-Type, with any parameters, is one of `types`: lower case, `text/*` and the like allowed. */
export function isAmongTypes(contentType: string, types: ReadonlySet<string>): boolean {
  const end = contentType.indexOf(';');
  const type = (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
  return types.has(type) || types.has(`${type.slice(0, type.indexOf('/'))}/*`);
}
