const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/y;
const SPACE = /[ \t]*/y;

/**
 * Returns the entity tags of a list (RFC 9110 section 8.8.3); null if the text is no list, or is empty. It reads one tag
 * after the other. A single expression for the whole list would be right too, but would run for ever on some other texts.
 */
export function tagsOf(value: string): readonly string[] | null {
  const found: string[] = [];
  let at = 0;
  for (;;) {
    at = skip(value, at);
    TAG.lastIndex = at;
    const tag = TAG.exec(value)?.[0];
    if (tag !== undefined) {
      found.push(tag);
      at = skip(value, at + tag.length);
    }
    if (at === value.length) return found.length === 0 ? null : found;
    if (value[at] !== ',') return null;
    at++;
  }
}

function skip(value: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(value);
  return SPACE.lastIndex;
}

export function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}
