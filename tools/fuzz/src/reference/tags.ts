const TAG = '(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"';
const LIST = new RegExp(`^[ \\t]*(?:${TAG})?[ \\t]*(?:,[ \\t]*(?:${TAG})?[ \\t]*)*$`);

/** The entity tags of a list (RFC 9110 section 8.8.3); null where it is none, or empty. */
export function tagsOf(value: string): readonly string[] | null {
  if (!LIST.test(value)) return null;
  const found = value.match(new RegExp(TAG, 'g'));
  return found === null ? null : found;
}

export function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}
