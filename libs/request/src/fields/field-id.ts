/**
 * Fields that some stage of the server asks for, as integers from 1 to 30. So a set of them fits the bits of one number.
 * UNKNOWN stands for every other name.
 */
export const FieldId = {
  UNKNOWN: 0,
  HOST: 1,
  CONNECTION: 2,
  CONTENT_LENGTH: 3,
  TRANSFER_ENCODING: 4,
  EXPECT: 5,
  IF_MATCH: 6,
  IF_NONE_MATCH: 7,
  IF_MODIFIED_SINCE: 8,
  IF_UNMODIFIED_SINCE: 9,
  IF_RANGE: 10,
  RANGE: 11,
  ACCEPT: 12,
  ACCEPT_ENCODING: 13,
  CONTENT_TYPE: 14,
  CONTENT_DISPOSITION: 15,
  USER_AGENT: 16,
  REFERER: 17,
  COOKIE: 18,
  AUTHORIZATION: 19,
  TE: 20,
  UPGRADE: 21,
  CONTENT_ENCODING: 22,
  TRAILER: 23,
  ACCEPT_LANGUAGE: 24,
  CACHE_CONTROL: 25,
  ORIGIN: 26,
  CONTENT_RANGE: 27,
  MAX_FORWARDS: 28,
  PROXY: 29,
} as const;
export type FieldId = (typeof FieldId)[keyof typeof FieldId];

/** Ids are smaller than this. */
export const FIELD_IDS = 32;

/** Lower-case bytes of each name, by id. All readers may share these tables: nothing writes them after load. */
const NAMES: Uint8Array[] = [new Uint8Array(0)];
const BY_NAME = new Map<string, FieldId>();
/** First id of each hash slot, and for each id the next one in its slot. 0 ends the chain. */
const SLOT = new Uint8Array(128);
const NEXT = new Uint8Array(FIELD_IDS);

for (const [constant, id] of Object.entries(FieldId)) {
  if (id === FieldId.UNKNOWN) continue;
  const name = constant.toLowerCase().replaceAll('_', '-');
  const bytes = Uint8Array.from(name, (letter) => letter.charCodeAt(0));
  const slot = slotOf(bytes, 0, bytes.length);
  NAMES[id] = bytes;
  BY_NAME.set(name, id);
  NEXT[id] = SLOT[slot];
  SLOT[slot] = id;
}

/**
 * Bit 0x20 makes a letter lower-case and leaves the hyphen as it is. The known names contain nothing else. With these
 * weights no two of today's names share a slot. The chain keeps the result right for later names.
 */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] | 0x20;
  const last = bytes[end - 1] | 0x20;
  return (end - start + first * 2 + last * 4) & 127;
}

/** Returns the id of the field name in `bytes[start, end)`, a token of any case. */
export function fieldId(bytes: Uint8Array, start: number, end: number): FieldId {
  let id = SLOT[slotOf(bytes, start, end)];
  while (id !== FieldId.UNKNOWN && !matches(bytes, start, end, NAMES[id])) id = NEXT[id];
  return id as FieldId;
}

/** Returns the id of a lower-case field name. */
export function fieldIdOf(name: string): FieldId {
  return BY_NAME.get(name) ?? FieldId.UNKNOWN;
}

function matches(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    if ((bytes[start + i] | 0x20) !== name[i]) return false;
  }
  return true;
}
