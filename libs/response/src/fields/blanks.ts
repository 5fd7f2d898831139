const SP = 0x20;
const TAB = 0x09;

/**
 * Returns `text` without the blanks around it (OWS, RFC 9110, section 5.6.3). It uses no expression: one that ends in
 * `[ \t]*$` tries every blank inside the text as the start of the end, which takes a tenth of a second for 8 KiB of
 * them.
 */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(c: number): boolean {
  return c === SP || c === TAB;
}
